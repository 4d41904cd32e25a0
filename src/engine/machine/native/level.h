// Which build of the machine this processor and its system can run, asked of the processor itself. Left out: choosing (`../load.ts`).
#pragma once
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace latently {

#if defined(__x86_64__)
// What compilers before GCC 12 cannot name to `__builtin_cpu_supports`.
inline bool HasSmallExtensions() {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  const bool moves = (c >> 22 & 1) && (c >> 29 & 1);  // MOVBE, F16C
  return moves && __get_cpuid(0x80000001, &a, &b, &c, &d) && (c >> 5 & 1);  // LZCNT
}

// "v4" (AVX-512), "v3" (AVX2) or "base", as the x86-64 levels of these numbers are defined.
inline const char* Level() {
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && HasSmallExtensions();
  const bool v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  return v3 && v4 ? "v4" : v3 ? "v3" : "base";
}
#else
inline const char* Level() { return "base"; }
#endif

}  // namespace latently
