"""The console: values in, rich renderables out; only the live view and the progress bar touch a terminal."""
