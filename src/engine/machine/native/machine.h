// What every instruction of the step machine is made from: words that describe it, memory it works on, threads it may use. A program
// is a list of instructions, each decoded once into a function; running a step calls them one after the other.
// Everything is 32 bits wide: float32, int32, and truth values as int32 0 or 1. Tensors are row-major.
// Next: `elementwise.h`, `product.h`, `reduce.h`, `rows.h`, `random.h`, `scan.h`, `linear.h` (one kind of instruction each), `program.h`.
#pragma once
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__wasm__)
#include "wasm/pool.h"
#else
#include "pool.h"
#endif

namespace latently {

// Ends whatever is being done, with a message for the caller. WebAssembly leaves that to JavaScript (`wasm/wasm.cc`).
#if defined(__wasm__)
[[noreturn]] void Fail(const std::string& message);
#else
[[noreturn]] inline void Fail(const std::string& message) { throw std::runtime_error(message); }
#endif

// Blocks of memory that instructions name by number. The first is the machine's own; the others are data of the caller's.
struct Memory {
  std::vector<float*> buffers;
};

// A place in memory: a block and words from its start.
struct Place {
  int buffer;
  int64_t offset;
  float* in(const Memory& memory) const { return memory.buffers[buffer] + offset; }
  int32_t* integersIn(const Memory& memory) const { return reinterpret_cast<int32_t*>(in(memory)); }
};

// What an instruction does in a step.
using Instruction = std::function<void(const Memory&, Pool&)>;

// Reads an instruction's words in order; fails where they run out.
class Decoder {
 public:
  Decoder(const int32_t* words, int64_t count) : at_(words), end_(words + count) {}

  int32_t integer() {
    if (at_ == end_) Fail("the program ends in the middle of an instruction");
    return *at_++;
  }

  float number() {
    const int32_t bits = integer();
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

  Place place() {
    const int buffer = integer();
    return {buffer, integer()};
  }

  std::vector<int64_t> integers(int count) {
    std::vector<int64_t> values(count);
    for (auto& value : values) value = integer();
    return values;
  }

  bool atEnd() const { return at_ == end_; }

 private:
  const int32_t* at_;
  const int32_t* end_;
};

// Splits `count` things into chunks of at least `least` each, at most `most` of them: so many that threads balance, none too small.
inline int ChunksOf(int64_t count, int64_t least, int most = 64) {
  const int64_t chunks = count / (least > 0 ? least : 1);
  return static_cast<int>(chunks < 1 ? 1 : chunks > most ? most : chunks);
}

}  // namespace latently
