// How many threads to use: those that this process may run on, within what its container grants it. Linux. Next: `pool.h`.
#pragma once
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace latently {

// What a container may use of its host's processors, by its control group; 0 where nothing limits it.
inline int ProcessorQuota() {
  std::FILE* file = std::fopen("/sys/fs/cgroup/cpu.max", "r");
  if (file == nullptr) return 0;
  long long quota = 0, period = 0;
  const int read = std::fscanf(file, "%lld %lld", &quota, &period);
  std::fclose(file);
  return read == 2 && period > 0 ? static_cast<int>(std::max(1LL, quota / period)) : 0;
}

inline int ProcessorCount() {
  cpu_set_t set;
  const bool known = sched_getaffinity(0, sizeof set, &set) == 0;
  const int count = known ? CPU_COUNT(&set) : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int quota = ProcessorQuota();
  return quota > 0 ? std::min(count, quota) : count;
}

inline int ChooseThreadCount() {
  const char* wanted = std::getenv("LATENTLY_THREADS");
  const int count = wanted == nullptr ? 0 : std::atoi(wanted);
  return count > 0 ? std::min(count, 256) : std::min(ProcessorCount(), 16);
}

inline int ThreadCount() {
  static const int count = ChooseThreadCount();
  return count;
}

}  // namespace latently
