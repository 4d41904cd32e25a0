// Random 32-bit words from two int32 seeds: Philox 4x32-10, bit for bit as TensorFlow's StatelessRandomUniformFullInt (and
// `philox.ts`) gives them. Vectors hold a counter's word in each lane of 64 bits, where the products of Philox fit; a chunk is a fixed
// run of counters. Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011). Next: `elementwise.h`.
#pragma once
#include <algorithm>
#include <utility>

#include "machine.h"

#if defined(__SSE2__) && !defined(__clang__)
#include <immintrin.h>
#endif

namespace latently {
namespace philox {

#if defined(__AVX512F__)
constexpr int lanes = 8;
#elif defined(__AVX2__)
constexpr int lanes = 4;
#else
constexpr int lanes = 2;
#endif

typedef uint64_t Words __attribute__((vector_size(lanes * 8)));

constexpr uint32_t multiplierA = 0xd2511f53, multiplierB = 0xcd9e8d57, weylA = 0x9e3779b9, weylB = 0xbb67ae85;
constexpr uint64_t low = 0xffffffff;

// The 64-bit products of the lanes' lower halves with a number. GCC does not see in the plain form that one instruction does it.
inline Words Times(Words words, uint32_t number) {
#if defined(__AVX512F__) && !defined(__clang__)
  return (Words)_mm512_mul_epu32((__m512i)words, _mm512_set1_epi64(number));
#elif defined(__AVX2__) && !defined(__clang__)
  return (Words)_mm256_mul_epu32((__m256i)words, _mm256_set1_epi64x(number));
#elif defined(__SSE2__) && !defined(__clang__)
  return (Words)_mm_mul_epu32((__m128i)words, _mm_set1_epi64x(number));
#else
  return (words & low) * (Words{} + number);
#endif
}

// What TensorFlow scrambles two seeds (widened to 64 bits with their signs) into: a key, here every round's, and the upper half of
// the counter.
struct Stream {
  uint64_t keysA[10], keysB[10];
  uint32_t high0, high1;
};

// Ten rounds; the upper halves of the lanes carry whatever is left there.
inline void Rounds(Words& c0, Words& c1, Words& c2, Words& c3, const Stream& stream) {
  for (int round = 0; round < 10; round++) {
    const Words productA = Times(c0, multiplierA), productB = Times(c2, multiplierB);
    c0 = (productB >> 32) ^ c1 ^ (Words{} + stream.keysA[round]);
    c2 = (productA >> 32) ^ c3 ^ (Words{} + stream.keysB[round]);
    c1 = productB;
    c3 = productA;
  }
}

inline Stream StreamOf(int32_t seed0, int32_t seed1) {
  uint32_t c0 = seed0, c1 = seed0 >> 31, c2 = seed1, c3 = seed1 >> 31, a = 0x3ec8f720, b = 0x02461e29;
  for (int round = 0; round < 10; round++) {
    const uint64_t productA = uint64_t{multiplierA} * c0, productB = uint64_t{multiplierB} * c2;
    c0 = static_cast<uint32_t>(productB >> 32) ^ c1 ^ a;
    c2 = static_cast<uint32_t>(productA >> 32) ^ c3 ^ b;
    c1 = static_cast<uint32_t>(productB);
    c3 = static_cast<uint32_t>(productA);
    a += weylA;
    b += weylB;
  }
  Stream stream{{}, {}, c2, c3};
  for (uint32_t round = 0; round < 10; round++) {
    stream.keysA[round] = c0 + round * weylA;
    stream.keysB[round] = c1 + round * weylB;
  }
  return stream;
}

// One from each in turn: two vectors of pairs become two of pairs in the order of their counters.
template <int... index>
inline void StoreInTurn(Words first, Words second, float* to, std::integer_sequence<int, index...>) {
  const Words lower = __builtin_shufflevector(first, second, (index / 2 + index % 2 * lanes)...);
  const Words upper = __builtin_shufflevector(first, second, (lanes / 2 + index / 2 + index % 2 * lanes)...);
  std::memcpy(to, &lower, sizeof lower);
  std::memcpy(to + 2 * lanes, &upper, sizeof upper);
}

constexpr int64_t groupWords = 4 * lanes;

// The words of `lanes` counters from `counter` on.
inline void Group(const Stream& stream, uint64_t counter, float* to) {
  static constexpr uint64_t lane[] = {0, 1, 2, 3, 4, 5, 6, 7};
  Words c0;
  std::memcpy(&c0, lane, sizeof c0);
  c0 += counter;
  Words c1 = c0 >> 32, c2 = Words{} + stream.high0, c3 = Words{} + stream.high1;
  Rounds(c0, c1, c2, c3, stream);
  StoreInTurn((c0 & low) | c1 << 32, (c2 & low) | c3 << 32, to, std::make_integer_sequence<int, lanes>());
}

// Words `from` to `end` of the stream; `from` is the first of a counter's.
inline void Fill(const Stream& stream, float* to, int64_t from, int64_t end) {
  int64_t at = from;
  for (; at + groupWords <= end; at += groupWords) Group(stream, at / 4, to + at);
  if (at == end) return;
  float rest[groupWords];
  Group(stream, at / 4, rest);
  std::memcpy(to + at, rest, (end - at) * sizeof(float));
}

constexpr int64_t chunkWords = 16384;

}  // namespace philox

// Words: count, seed, out: `count` words of the stream that the two int32 at `seed` name.
inline Instruction DecodeBits(Decoder& words) {
  const int64_t count = words.integer();
  const Place seed = words.place(), out = words.place();
  const int chunks = count < 2 * philox::chunkWords ? 1 : static_cast<int>((count + philox::chunkWords - 1) / philox::chunkWords);
  return [=](const Memory& memory, Pool& pool) {
    const int32_t* seeds = seed.integersIn(memory);
    const philox::Stream stream = philox::StreamOf(seeds[0], seeds[1]);
    float* to = out.in(memory);
    if (chunks == 1) return philox::Fill(stream, to, 0, count);
    pool.each(chunks, [&](int chunk) {
      philox::Fill(stream, to, chunk * philox::chunkWords, std::min(count, (chunk + 1) * philox::chunkWords));
    });
  };
}

}  // namespace latently
