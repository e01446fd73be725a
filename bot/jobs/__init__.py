"""Work that no press starts: announcements on time, and the jobs that keep everything else in order."""
