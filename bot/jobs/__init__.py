"""What happens without anyone pressing: announcements on time, and the jobs that keep everything else in order."""
