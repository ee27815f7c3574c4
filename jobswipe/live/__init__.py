"""What happens in the store, told to whoever watches: read by watermark, by any number of processes side by side."""
