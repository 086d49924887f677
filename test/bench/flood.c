/*
 * A pane that floods for ever and still echoes keys: for the measurement with a slow outer terminal.
 *
 *   flood FILE COUNTER
 *
 * Writes FILE again and again below the first row (a scroll region keeps the flood there). Each
 * letter typed is shown in the first row's first cell, which the flood never touches. Every 100 ms
 * the bytes written and the seconds gone so far are put into COUNTER, so that one can see whether
 * the terminal slows the program down. Prints "Z" when it begins.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void put(const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(1, bytes, count);
    if (written <= 0) exit(0);
    bytes += written;
    count -= (size_t)written;
  }
}

static void echo_key(void) {
  struct pollfd poller = {0, POLLIN, 0};
  if (poll(&poller, 1, 0) <= 0) return;
  char keys[64];
  ssize_t count = read(0, keys, sizeof keys);
  if (count <= 0) exit(0);
  for (ssize_t index = 0; index < count; index++) {
    char shown[16];
    if (keys[index] < 'A' || keys[index] > 'Z') continue;
    int length = snprintf(shown, sizeof shown, "\0337\033[1;1H%c\0338", keys[index]);
    put(shown, (size_t)length);
  }
}

/* One line: written in place, so a reader may see an old number but never half a one. */
static void count_bytes(int file, long long bytes, double gone) {
  char line[48];
  int length = snprintf(line, sizeof line, "%016lld %012.3f\n", bytes, gone);
  if (pwrite(file, line, (size_t)length, 0) < 0) exit(1);
}

int main(int count, char **values) {
  if (count != 3) return 2;
  struct termios mode;
  tcgetattr(0, &mode);
  cfmakeraw(&mode);
  tcsetattr(0, TCSANOW, &mode);

  int source = open(values[1], O_RDONLY), counter = open(values[2], O_WRONLY | O_CREAT, 0600);
  struct stat status;
  if (source < 0 || counter < 0 || fstat(source, &status) < 0) return 1;
  size_t size = (size_t)status.st_size;
  char *text = malloc(size);
  if (read(source, text, size) != (ssize_t)size) return 1;

  const char begin[] = "\033[2J\033[1;1HZ\033[2r\033[2;1H";
  put(begin, sizeof begin - 1);
  double begun = seconds(), counted_at = begun;
  for (long long bytes = 0;;) {
    for (size_t at = 0; at < size; at += 4096) {
      size_t part = size - at < 4096 ? size - at : 4096;
      put(text + at, part);
      bytes += (long long)part;
      echo_key();
    }
    if (seconds() - counted_at > 0.1) {
      counted_at = seconds();
      count_bytes(counter, bytes, counted_at - begun);
    }
  }
}
