/*
 * How long does a program that draws a terminal take to show a key?
 *
 * Runs a program in a pseudo-terminal, plays the outer terminal (drains what is written, answers
 * queries), types "\r" and a letter, and stops the clock when that letter is PRINTED. Printed means:
 * it arrives as text, not inside an escape sequence; a small state machine tells the two apart.
 * The child in the focused pane is `stty raw -echo; exec cat`, so the letter makes the whole way:
 * outer pty -> program -> inner pty -> cat -> inner pty -> program -> outer pty.
 *
 *   echo-latency [options] -- PROGRAM [ARG ...]
 *     --cols N --rows N    size of the terminal (200 x 50)
 *     --ready LETTER       printed by a pane when it is up (Z); the clock of the start stops there
 *     --ready-ms N         give up when it is not seen by then (20000)
 *     --keys TEXT          typed once it is up, to focus the right pane
 *     --samples N          keys to measure (300); the first --discard of them (10) do not count
 *     --gap-ms N           pause between two keys (15, and up to 8 more at random)
 *     --timeout-ms N       a key not shown by then is missed (2000); four missed ones end the run
 *     --drain BYTES        read at most so many bytes a second from the program (0: no limit)
 *     --rest SECONDS       type nothing; count what the program writes and uses meanwhile
 *     --settle-ms N        drain so long before the keys or the rest begin (200)
 *     --step LETTER:KEYS   types KEYS instead and waits for LETTER ("-": for nothing); several steps
 *                          are done in turn, --samples times, each after the pause
 *
 * Prints one line of JSON. Times are in ms, sizes in bytes. `startCpuMs` is what the main thread used
 * until the program was up, which a busy machine changes little; `steps` has the times of each step. `stray` counts how often a letter was
 * printed before it was typed: then the program draws that letter itself and the run means nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#ifdef __APPLE__
#include <util.h>
#else
#include <pty.h>
#endif
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef long long nanoseconds;

static const nanoseconds millisecond = 1000000LL;

/* Letters that no program here draws by itself; "Z" is left for `--ready`. */
static const char letters[] = "QXJKWV";

static nanoseconds now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void pause_for(nanoseconds duration) {
  struct timespec time = {duration / 1000000000LL, duration % 1000000000LL};
  nanosleep(&time, NULL);
}

/* ---- the outer terminal --------------------------------------------------------------------- */

enum state { GROUND, ESCAPE, CSI, STRING, STRING_ESCAPE, CHARSET };

static struct {
  int master;
  pid_t child;
  enum state state;
  char sequence[64]; /* the parameters and the final byte of a CSI */
  size_t length;
  char wanted; /* the letter that is waited for; 0 for none */
  nanoseconds shown_at;
  nanoseconds first_byte_at;
  long long bytes;
  /* the bucket of `--drain`: what may be read by now */
  long drain;
  double tokens;
  nanoseconds refilled_at;
} terminal;

static void answer(const char *text) {
  if (write(terminal.master, text, strlen(text)) < 0 && errno != EAGAIN) perror("answer");
}

/* Programs ask at their start what the terminal can do, and some wait for the answer. */
static void answer_query(void) {
  const char *text = terminal.sequence;
  char final = text[terminal.length - 1];
  if (final == 'c' && (text[0] == 'c' || text[0] == '0')) answer("\033[?62;22c"); /* DA1 */
  if (final == 'c' && text[0] == '>') answer("\033[>1;10;0c");                    /* DA2 */
  if (final == 'n' && text[0] == '6') answer("\033[1;1R");                        /* CPR */
  if (final == 'n' && text[0] == '5') answer("\033[0n");                          /* DSR */
  if (final == 'u' && text[0] == '?') answer("\033[?0u"); /* kitty keyboard: legacy */
  if (final == 'p' && strchr(text, '$')) {                /* DECRQM: only 2026 is known */
    char reply[32];
    int mode = atoi(text + 1);
    snprintf(reply, sizeof reply, "\033[?%d;%d$y", mode, mode == 2026 ? 2 : 0);
    answer(reply);
  }
}

static void take_byte(unsigned char byte, nanoseconds at) {
  switch (terminal.state) {
  case GROUND:
    if (byte == 27) terminal.state = ESCAPE;
    else if (byte == (unsigned char)terminal.wanted && byte && !terminal.shown_at) terminal.shown_at = at;
    break;
  case ESCAPE:
    terminal.length = 0;
    if (byte == '[') terminal.state = CSI;
    else if (byte && strchr("]P_^Xk", byte)) terminal.state = STRING;
    else if (byte && strchr("()*+#%", byte)) terminal.state = CHARSET;
    else terminal.state = GROUND;
    break;
  case CSI:
    if (terminal.length < sizeof terminal.sequence - 1) terminal.sequence[terminal.length++] = (char)byte;
    if (byte >= 0x40 && byte <= 0x7e) {
      terminal.sequence[terminal.length] = 0;
      answer_query();
      terminal.state = GROUND;
    }
    break;
  case STRING:
    if (byte == 7) terminal.state = GROUND;
    else if (byte == 27) terminal.state = STRING_ESCAPE;
    break;
  case STRING_ESCAPE:
    terminal.state = byte == '\\' ? GROUND : STRING;
    break;
  case CHARSET:
    terminal.state = GROUND;
    break;
  }
}

/* What `--drain` allows to read now; the bucket holds 2 ms, so that no burst gets through. */
static size_t allowance(size_t most) {
  if (terminal.drain == 0) return most;
  nanoseconds at = now();
  terminal.tokens += (double)(at - terminal.refilled_at) / 1e9 * (double)terminal.drain;
  terminal.refilled_at = at;
  double full = (double)terminal.drain / 500;
  if (terminal.tokens > full) terminal.tokens = full;
  if (terminal.tokens < 1) return 0;
  return terminal.tokens < (double)most ? (size_t)terminal.tokens : most;
}

/* Reads once, waiting at most `wait` ms for something to read. False when the program has ended. */
static bool drain_once(int wait) {
  static unsigned char buffer[65536];
  size_t most = allowance(sizeof buffer);
  if (most == 0) {
    pause_for(millisecond / 5);
    return true;
  }
  struct pollfd poller = {terminal.master, POLLIN, 0};
  if (poll(&poller, 1, wait) <= 0) return true;
  ssize_t count = read(terminal.master, buffer, most);
  if (count <= 0) return errno == EAGAIN || errno == EINTR;
  nanoseconds at = now();
  if (!terminal.first_byte_at) terminal.first_byte_at = at;
  terminal.bytes += count;
  if (terminal.drain) terminal.tokens -= (double)count;
  for (ssize_t index = 0; index < count; index++) take_byte(buffer[index], at);
  return true;
}

/* Drains until a moment; sleeps the last part of a ms instead of polling it away. */
static bool drain_until(nanoseconds moment) {
  for (nanoseconds left; (left = moment - now()) > 0;) {
    if (!drain_once((int)(left / millisecond))) return false;
    if (left < millisecond) pause_for(millisecond / 20);
  }
  return true;
}

/* Drains until a letter is printed; false when that did not happen in time. */
static bool await_letter(char letter, nanoseconds deadline) {
  terminal.wanted = letter;
  while (!terminal.shown_at && now() < deadline)
    if (!drain_once(50)) return false;
  return terminal.shown_at != 0;
}

/* ---- what the program uses ------------------------------------------------------------------- */

static struct {
  double cpu_ms;
  long long resident, peak;
} used;

enum { most_steps = 8 };

static struct {
  int count;
  struct step {
    char letter; /* '-' waits for nothing */
    const char *keys;
    double *times;
    int measured;
  } all[most_steps];
} steps;

static long long status_value(const char *status, const char *name) {
  const char *at = strstr(status, name);
  return at ? atoll(at + strlen(name)) * 1024 : 0;
}

static size_t read_proc(const char *name, char *into, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", terminal.child, name);
  FILE *file = fopen(path, "r");
  size_t count = file ? fread(into, 1, size - 1, file) : 0;
  into[count] = 0;
  if (file) fclose(file);
  return count;
}

/* proc(5): fields 14 and 15 of `stat` are user and system time in ticks; elsewhere all stays 0. */
static void measure_use(void) {
  char text[4096];
  unsigned long user = 0, system = 0;
  if (read_proc("stat", text, sizeof text)) {
    const char *rest = strrchr(text, ')') + 2;
    sscanf(rest, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  }
  used.cpu_ms = (double)(user + system) * 1000.0 / (double)sysconf(_SC_CLK_TCK);
  read_proc("status", text, sizeof text);
  used.resident = status_value(text, "VmRSS:");
  used.peak = status_value(text, "VmHWM:");
}

/* The kernel counts in ns in `schedstat`, of the main thread alone (sched-stats, Linux). */
static double main_thread_ms(void) {
  char text[128];
  return read_proc("schedstat", text, sizeof text) ? (double)atoll(text) / 1e6 : 0;
}

/* ---- the measurements ------------------------------------------------------------------------ */

static struct {
  int cols, rows, ready_ms, samples, discard, gap_ms, timeout_ms, rest, settle_ms;
  char ready;
  const char *keys;
} options = {200, 50, 20000, 300, 10, 15, 2000, 0, 200, 'Z', ""};

static struct {
  double *times;
  int count, missed, stray;
} echoes;

static bool press(char letter) {
  char keys[2] = {'\r', letter};
  return write(terminal.master, keys, sizeof keys) == sizeof keys;
}

/* One key: the pause before it already looks out for its letter, which must not come untyped. */
static bool measure_key(int number) {
  char letter = letters[number % (int)(sizeof letters - 1)];
  terminal.wanted = letter;
  terminal.shown_at = 0;
  if (!drain_until(now() + options.gap_ms * millisecond + rand() % 8000 * 1000LL)) return false;
  if (terminal.shown_at) echoes.stray++;
  terminal.shown_at = 0;
  nanoseconds pressed = now();
  if (!press(letter)) return false;
  if (!await_letter(letter, pressed + options.timeout_ms * millisecond)) return ++echoes.missed < 4;
  if (number >= options.discard)
    echoes.times[echoes.count++] = (double)(terminal.shown_at - pressed) / 1e6;
  return true;
}

static void measure_keys(void) {
  echoes.times = calloc((size_t)options.samples + 1, sizeof *echoes.times);
  srand(1); /* the same pauses for every program */
  for (int number = 0; number < options.samples; number++)
    if (!measure_key(number)) return;
}

/* What a step types goes out as the bytes it is: a screen drawn anew, not an echo, answers it. */
static bool measure_step(struct step *step, bool counts) {
  terminal.wanted = step->letter == '-' ? 0 : step->letter;
  terminal.shown_at = 0;
  if (!drain_until(now() + options.gap_ms * millisecond)) return false;
  if (terminal.shown_at) echoes.stray++;
  terminal.shown_at = 0;
  nanoseconds pressed = now();
  answer(step->keys);
  if (step->letter == '-') return true;
  if (!await_letter(step->letter, pressed + options.timeout_ms * millisecond)) return ++echoes.missed < 4;
  if (counts) step->times[step->measured++] = (double)(terminal.shown_at - pressed) / 1e6;
  return true;
}

static void measure_steps(void) {
  for (int index = 0; index < steps.count; index++)
    steps.all[index].times = calloc((size_t)options.samples + 1, sizeof(double));
  for (int number = 0; number < options.samples; number++)
    for (int index = 0; index < steps.count; index++)
      if (!measure_step(&steps.all[index], number >= options.discard)) return;
}

static void add_step(const char *text) {
  if (steps.count == most_steps || text[0] == 0 || text[1] != ':') exit(2);
  steps.all[steps.count++] = (struct step){text[0], text + 2, NULL, 0};
}

static void start_program(char **command) {
  struct winsize size = {(unsigned short)options.rows, (unsigned short)options.cols, 0, 0};
  terminal.child = forkpty(&terminal.master, NULL, NULL, &size);
  if (terminal.child == 0) {
    setenv("TERM", "xterm-256color", 1);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
  }
  fcntl(terminal.master, F_SETFL, fcntl(terminal.master, F_GETFL) | O_NONBLOCK);
  terminal.refilled_at = now();
}

/* TERM, 3 s to tidy up, KILL; draining meanwhile, or a last frame would keep it from ending. */
static void stop_program(void) {
  kill(terminal.child, SIGTERM);
  terminal.drain = 0;
  for (nanoseconds end = now() + 3000 * millisecond; now() < end;) {
    if (waitpid(terminal.child, NULL, WNOHANG) == terminal.child) return;
    if (!drain_once(20)) pause_for(5 * millisecond);
  }
  kill(terminal.child, SIGKILL);
  waitpid(terminal.child, NULL, 0);
}

static void read_options(int count, char **values) {
  static const struct option names[] = {
      {"cols", 1, NULL, 'c'},    {"rows", 1, NULL, 'r'},    {"ready", 1, NULL, 'R'},
      {"ready-ms", 1, NULL, 'M'}, {"keys", 1, NULL, 'k'},   {"samples", 1, NULL, 'n'},
      {"discard", 1, NULL, 'd'}, {"gap-ms", 1, NULL, 'g'},  {"timeout-ms", 1, NULL, 't'},
      {"drain", 1, NULL, 'b'},   {"rest", 1, NULL, 'i'},    {"settle-ms", 1, NULL, 's'},
      {"step", 1, NULL, 'p'},
      {NULL, 0, NULL, 0}};
  for (int name; (name = getopt_long(count, values, "+", names, NULL)) != -1;) {
    int number = optarg ? atoi(optarg) : 0;
    switch (name) {
    case 'c': options.cols = number; break;
    case 'r': options.rows = number; break;
    case 'R': options.ready = optarg[0]; break;
    case 'M': options.ready_ms = number; break;
    case 'k': options.keys = optarg; break;
    case 'n': options.samples = number; break;
    case 'd': options.discard = number; break;
    case 'g': options.gap_ms = number; break;
    case 't': options.timeout_ms = number; break;
    case 'b': terminal.drain = number; break;
    case 'i': options.rest = number; break;
    case 's': options.settle_ms = number; break;
    case 'p': add_step(optarg); break;
    default: exit(2);
    }
  }
}

static void print_list(const double *values, int count) {
  putchar('[');
  for (int index = 0; index < count; index++) printf("%s%.4f", index ? "," : "", values[index]);
  putchar(']');
}

static void print_times(void) {
  printf("\"times\":");
  print_list(echoes.times, echoes.count);
  printf(",\"steps\":[");
  for (int index = 0; index < steps.count; index++) {
    if (index) putchar(',');
    print_list(steps.all[index].times, steps.all[index].measured);
  }
  printf("],\"missed\":%d,\"stray\":%d", echoes.missed, echoes.stray);
}

int main(int count, char **values) {
  read_options(count, values);
  if (optind >= count) {
    fprintf(stderr, "usage: echo-latency [options] -- PROGRAM [ARG ...]\n");
    return 2;
  }
  nanoseconds started = now();
  start_program(values + optind);
  bool ready = await_letter(options.ready, started + options.ready_ms * millisecond);
  double first_byte = terminal.first_byte_at ? (double)(terminal.first_byte_at - started) / 1e6 : -1;
  double ready_after = ready ? (double)(terminal.shown_at - started) / 1e6 : -1;
  double start_cpu = main_thread_ms();
  terminal.wanted = 0;

  double cpu_before = 0, seconds = 0;
  long long bytes_before = terminal.bytes;
  if (ready) {
    if (options.keys[0]) answer(options.keys);
    drain_until(now() + options.settle_ms * millisecond);
    measure_use();
    cpu_before = used.cpu_ms;
    bytes_before = terminal.bytes;
    nanoseconds begun = now();
    if (options.rest) drain_until(begun + options.rest * 1000 * millisecond);
    else if (steps.count) measure_steps();
    else measure_keys();
    seconds = (double)(now() - begun) / 1e9;
    measure_use();
  }
  printf("{\"ready\":%s,\"firstByteMs\":%.2f,\"readyMs\":%.2f,\"startCpuMs\":%.2f,", ready ? "true" : "false",
         first_byte, ready_after, start_cpu);
  print_times();
  printf(",\"seconds\":%.3f,\"bytes\":%lld,\"cpuMs\":%.0f,\"resident\":%lld,\"peak\":%lld}\n", seconds,
         terminal.bytes - bytes_before, used.cpu_ms - cpu_before, used.resident, used.peak);
  fflush(stdout);
  stop_program();
  return 0;
}
