// The step machine as a WebAssembly module: plain functions that `../../wasm.ts` calls with addresses in the module's memory.
// Failures go through JavaScript, which throws: what was half made is not taken down, so a failed load leaks a few words.
// Built by `scripts/native/wasm.mjs`. Left out: threads, functions of tensors. Next: `../program.h`; `../addon.cc`, the same for Node.
#include "../program.h"
#include "heap.h"

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

// Names one after the other, each ended by a zero, the last by two. Made once and kept.
const char* Joined(const std::vector<const char*>& names) {
  auto* text = new std::string;
  for (const char* name : names) text->append(name).push_back('\0');
  return text->c_str();
}

}  // namespace
}  // namespace latently

using namespace latently;

// All memory is the heap's.
void* operator new(size_t bytes) {
  void* memory = heap::Take(bytes);
  if (memory == nullptr) fail("out of memory", 13);
  return memory;
}
void* operator new(size_t bytes, std::align_val_t) { return operator new(bytes); }
void operator delete(void* memory) noexcept { heap::Give(memory); }
void operator delete(void* memory, size_t) noexcept { heap::Give(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { heap::Give(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { heap::Give(memory); }

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
  const uint64_t bytes = uint64_t{words} * sizeof(float);
  void* memory = bytes > SIZE_MAX ? nullptr : heap::Take(static_cast<size_t>(bytes));
  if (memory != nullptr) std::memset(memory, 0, static_cast<size_t>(bytes));
  return static_cast<float*>(memory);
}

EXPORTED("release") void Release(float* memory) { heap::Give(memory); }

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
