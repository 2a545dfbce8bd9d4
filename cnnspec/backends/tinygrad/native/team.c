/* Threads that run a list of kernels together: each takes its parts of a kernel, then waits for the others.

   A command is 64 words: the program, how many parts, which argument tells the part (or -1), how many arguments there
   are, and they. Two kernels of one part each need no waiting between them: the first thread runs both. */
typedef unsigned long long word;
typedef void (*Few)(word, word, word, word, word, word, word, word);
typedef void (*Many)(word, word, word, word, word, word, word, word, word, word, word, word, word, word, word, word,
                     word, word, word, word, word, word, word, word, word, word, word, word, word, word, word, word,
                     word, word, word, word, word, word, word, word, word, word, word, word, word, word, word, word,
                     word, word, word, word, word, word, word, word, word, word, word, word);
enum { WORDS = 64, HEAD = 4, SPINS = 4000 };
#define FOUR(i) a[i], a[i + 1], a[i + 2], a[i + 3]
#define TWELVE(i) FOUR(i), FOUR(i + 4), FOUR(i + 8)
#define INLINE static inline __attribute__((always_inline))

INLINE void call(const word* command, const word part) {
  word a[WORDS - HEAD];
  for (int i = HEAD; i < WORDS; i++) a[i - HEAD] = command[i];
  const long long slot = (long long)command[2];
  if (slot >= 0) a[slot] = part;
  if (command[3] <= 8) ((Few)command[0])(FOUR(0), FOUR(4));
  else ((Many)command[0])(TWELVE(0), TWELVE(12), TWELVE(24), TWELVE(36), TWELVE(48));
}

INLINE void wait(word* arrived, const word all, void (*yield)(void)) {
  __atomic_add_fetch(arrived, 1, __ATOMIC_ACQ_REL);
  for (int spins = 0; __atomic_load_n(arrived, __ATOMIC_ACQUIRE) < all; spins++) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
    if (spins > SPINS && yield) yield();
  }
}

void team(const word* commands, const word count, word* arrived, const word thread, const word threads,
          void (*yield)(void)) {
  word barriers = 0;
  for (word i = 0; i < count; i++) {
    const word* command = commands + i * WORDS;
    for (word part = thread; part < command[1]; part += threads) call(command, part);
    const int next = i + 1 < count && command[1 + WORDS] > 1;
    if (command[1] > 1 || next) wait(arrived, ++barriers * threads, yield);
  }
}
