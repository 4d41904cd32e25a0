// Threads that share the chunks of one job at a time. A job's chunks are claimed by counting, so a thread that is asleep or has been
// taken off its core delays nobody: whoever is awake does its part. Which thread does a chunk never changes a number.
// Left out: what a chunk is (each instruction's own file). Next: `machine.h`.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace latently {

inline void Pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Each worker on a processor of its own, none on the caller's: left to itself, Linux keeps a worker that mostly waits beside the
// thread that wakes it, for a tenth of a second and more, while another processor is idle.
class Places {
 public:
  void keepApart([[maybe_unused]] std::vector<std::thread>& workers) {
#if defined(__linux__)
    const int here = sched_getcpu();
    if (here == base_ || here < 0) return;
    base_ = here;
    cpu_set_t all;
    if (pthread_getaffinity_np(pthread_self(), sizeof all, &all) != 0) return;
    std::vector<int> others;
    for (int cpu = here + 1; cpu < here + CPU_SETSIZE; cpu++)
      if (CPU_ISSET(cpu % CPU_SETSIZE, &all)) others.push_back(cpu % CPU_SETSIZE);
    for (size_t i = 0; i < workers.size() && i < others.size(); i++) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(others[i], &one);
      pthread_setaffinity_np(workers[i].native_handle(), sizeof one, &one);
    }
#endif
  }

 private:
  int base_ = -1;  // the caller's processor when they were last placed
};

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; i++) workers_.emplace_back([this] { Work(); });
  }

  ~Pool() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ending_.store(true);
      state_.fetch_add(oneGeneration);
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls `body(chunk)` for every chunk below `chunks` (at most 2^20 - 1), in any order and on any thread; returns when all are done.
  template <class Body>
  void each(int chunks, const Body& body) {
    if (chunks <= 1 || workers_.empty()) {
      for (int chunk = 0; chunk < chunks; chunk++) body(chunk);
      return;
    }
    places_.keepApart(workers_);
    call_ = [](const void* what, int chunk) { (*static_cast<const Body*>(what))(chunk); };
    body_ = &body;
    done_.store(0, std::memory_order_relaxed);
    Publish(chunks);
    Claim();
    for (int spins = 0; done_.load(std::memory_order_acquire) < chunks; spins++)
      if (spins < 4096)
        Pause();
      else
        std::this_thread::yield();
  }

 private:
  // The state in one word: the job's generation, how many chunks it has, the next to be claimed.
  static constexpr int chunkBits = 20;
  static constexpr uint64_t chunkMask = (1u << chunkBits) - 1;
  static constexpr uint64_t oneGeneration = uint64_t{1} << (2 * chunkBits);
  static constexpr auto patience = std::chrono::microseconds(50);

  void Publish(int chunks) {
    const uint64_t generation = state_.load(std::memory_order_relaxed) / oneGeneration + 1;
    state_.store(generation * oneGeneration | uint64_t(chunks) << chunkBits);
    if (sleeping_.load() == 0) return;
    std::lock_guard<std::mutex> lock(mutex_);
    wake_.notify_all();
  }

  // A claimed chunk keeps its job alive, since the job is not done before the chunk is.
  void Claim() {
    for (;;) {
      const uint64_t state = state_.fetch_add(1, std::memory_order_acq_rel);
      const uint64_t chunks = state >> chunkBits & chunkMask, chunk = state & chunkMask;
      if (chunk >= chunks) return;
      call_(body_, static_cast<int>(chunk));
      done_.fetch_add(1, std::memory_order_release);
    }
  }

  bool Open(uint64_t state) const { return (state & chunkMask) < (state >> chunkBits & chunkMask); }

  void Sleep() {
    std::unique_lock<std::mutex> lock(mutex_);
    sleeping_.fetch_add(1);
    wake_.wait(lock, [this] { return ending_.load() || Open(state_.load()); });
    sleeping_.fetch_sub(1);
  }

  void Work() {
    auto since = std::chrono::steady_clock::now();
    for (int spins = 1; !ending_.load(std::memory_order_relaxed); spins++) {
      if (Open(state_.load(std::memory_order_acquire))) {
        Claim();
        since = std::chrono::steady_clock::now();
      } else if (spins % 64 == 0 && std::chrono::steady_clock::now() - since > patience) {
        Sleep();
        since = std::chrono::steady_clock::now();
      } else {
        Pause();
      }
    }
  }

  std::vector<std::thread> workers_;
  Places places_;
  alignas(64) std::atomic<uint64_t> state_{0};
  alignas(64) std::atomic<int> done_{0};
  alignas(64) std::atomic<int> sleeping_{0};
  std::atomic<bool> ending_{false};
  void (*call_)(const void*, int) = nullptr;
  const void* body_ = nullptr;
  std::mutex mutex_;
  std::condition_variable wake_;
};

}  // namespace latently
