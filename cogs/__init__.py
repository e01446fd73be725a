"""Commands and handlers of presses, one file for each subject; thin."""
