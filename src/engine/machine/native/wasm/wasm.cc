// The step machine as a WebAssembly module: plain functions that `../../wasm.ts` calls with addresses in the module's memory.
// Failures go through JavaScript, which throws: what was half made is not taken down, so a failed load leaks a few words.
// Built by `scripts/native/wasm.mjs`. Left out: threads, functions of tensors. Next: `../program.h`; `../addon.cc`, the same for Node.
#include <cstdlib>

#include "../program.h"

#define EXPORTED(name) extern "C" __attribute__((export_name(name)))

// Throws an error of JavaScript's with these bytes of text.
extern "C" [[noreturn]] __attribute__((import_module("machine"), import_name("fail"))) void fail(const char* text, size_t length);

namespace latently {

[[noreturn]] void Fail(const std::string& message) { fail(message.data(), message.size()); }

namespace {

struct Loaded {
  Program program;
  Memory memory;
};

// Names one after the other, each ended by a zero, the last by two.
template <class Names>
const char* Joined(const Names& names) {
  static std::string text;
  if (text.empty())
    for (const char* name : names) text.append(name).push_back('\0');
  return text.c_str();
}

}  // namespace
}  // namespace latently

using namespace latently;

// What the standard library calls where it gives up.
void std::__libcpp_verbose_abort(const char*, ...) noexcept { fail("out of memory", 13); }

EXPORTED("instructions") const char* Instructions() {
  std::vector<const char*> names;
  for (const auto& kind : InstructionKinds()) names.push_back(kind.name);
  return Joined(names);
}
EXPORTED("operations") const char* Operations() { return Joined(OperationNames()); }
EXPORTED("doubleOperations") const char* DoubleOperations() { return Joined(DoubleOperationNames()); }

// Memory of so many words on a cache line of its own, all zero; null where there is no more.
EXPORTED("allocate") float* Allocate(size_t words) {
  const size_t bytes = (words * sizeof(float) + 127) / 64 * 64;
  void* memory = std::aligned_alloc(64, bytes);
  if (memory != nullptr) std::memset(memory, 0, bytes);
  return static_cast<float*>(memory);
}

EXPORTED("release") void Release(float* memory) { std::free(memory); }

EXPORTED("load") Loaded* Load(const int32_t* words, size_t count, float* const* buffers, size_t bufferCount) {
  return new Loaded{Program(words, static_cast<int64_t>(count)), {{buffers, buffers + bufferCount}}};
}

EXPORTED("unload") void Unload(Loaded* loaded) { delete loaded; }

// Places are in the first buffer.
EXPORTED("run") void Run(const Loaded* loaded, const int32_t* told, int32_t toldAt, int32_t toldWords, float* tells, int32_t tellsAt,
                         int32_t tellsWords, int32_t steps) {
  Pool pool;
  loaded->program.run(loaded->memory, pool, {{0, toldAt}, {0, tellsAt}, toldWords, tellsWords}, steps, told, tells);
}
