// Cholesky factors and triangular systems of float32 or float64, computed in double and rounded once, as `src/engine/linear` has
// TensorFlow compute them.
// Both are substitutions: a panel of rows less the products of the rows before it, then the rows of the panel one after the other.
// Left out: sharing one matrix among threads (they share a batch's items, and the columns of right-hand sides). Next: `product.h`.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "machine.h"
#include "vector.h"

namespace latently {
namespace linear {

constexpr int doubleCount = laneCount / 2, panelRows = 4, blockVectors = laneCount == 16 ? 4 : 2;

inline Doubles LoadDoubles(const double* from) {
  Doubles vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

inline void StoreDoubles(double* to, Doubles vector) { std::memcpy(to, &vector, sizeof vector); }

inline int64_t Padded(int64_t count) { return (count + doubleCount - 1) / doubleCount * doubleCount; }

// Rows of doubles, `step` apart.
struct Rows {
  double* first;
  int64_t step;
  double* row(int64_t i) const { return first + i * step; }
  Rows from(int64_t i, int64_t column = 0) const { return {row(i) + column, step}; }
};

// What the rows before count for in each row of a panel.
template <class Number>
struct Factors {
  const Number* first;
  int64_t rowStep, nextStep;
  double at(int64_t row, int64_t next) const { return first[row * rowStep + next * nextStep]; }
  Factors from(int64_t row, int64_t next) const { return {first + row * rowStep + next * nextStep, rowStep, nextStep}; }
};

// target[r] -= the sum of factors(r, q) before[q] over `count` rows, for some whole vectors of columns.
template <int rows, int vectors, class Number>
inline void SubtractBlock(Rows target, Factors<Number> factors, Rows before, int64_t count) {
  Doubles totals[rows][vectors];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) totals[r][v] = LoadDoubles(target.row(r) + v * doubleCount);
  for (int64_t q = 0; q < count; q++)
    for (int v = 0; v < vectors; v++) {
      const Doubles values = LoadDoubles(before.row(q) + v * doubleCount);
      for (int r = 0; r < rows; r++) totals[r][v] -= factors.at(r, q) * values;
    }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) StoreDoubles(target.row(r) + v * doubleCount, totals[r][v]);
}

template <int rows, class Number>
inline void Subtract(Rows target, Factors<Number> factors, Rows before, int64_t count, int64_t columns) {
  if (count == 0) return;
  constexpr int64_t block = blockVectors * doubleCount;
  int64_t c = 0;
  for (; c + block <= columns; c += block)
    SubtractBlock<rows, blockVectors>(target.from(0, c), factors, before.from(0, c), count);
  for (; c < columns; c += doubleCount) SubtractBlock<rows, 1>(target.from(0, c), factors, before.from(0, c), count);
}

inline void Divide(double* row, double divisor, int64_t columns) {
  for (int64_t c = 0; c < columns; c++) row[c] /= divisor;
}

// A matrix's upper factor (its lower one's transpose) over its upper triangle; false where it is not positive definite. What lies
// below the diagonal is overwritten with numbers that mean nothing.
inline bool Factorize(Rows upper, int64_t n) {
  for (int64_t first = 0; first < n; first += panelRows) {
    const int64_t rows = std::min<int64_t>(panelRows, n - first), left = first / doubleCount * doubleCount;
    const int64_t columns = upper.step - left;
    const Factors<double> factors{upper.first + first, 1, upper.step};
    const bool whole = rows == panelRows;
    if (whole) Subtract<panelRows>(upper.from(first, left), factors, upper.from(0, left), first, columns);
    for (int64_t r = 0; r < rows; r++) {
      const int64_t row = first + r, done = whole ? first : 0;
      Subtract<1>(upper.from(row, left), factors.from(r, done), upper.from(done, left), row - done, columns);
      const double pivot = upper.row(row)[row];
      if (pivot <= 0) return false;  // a NaN spreads from where it is, as in TensorFlow
      Divide(upper.row(row) + left, std::sqrt(pivot), columns);
    }
  }
  return true;
}

template <class Number>
inline void FactorOf(const Number* in, Number* out, int64_t n, Rows upper) {
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j <= i; j++) upper.row(j)[i] = in[i * n + j];
  const bool positive = Factorize(upper, n);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++)
      out[i * n + j] = j > i ? 0 : positive ? static_cast<Number>(upper.row(j)[i]) : std::numeric_limits<Number>::quiet_NaN();
}

// Right-hand sides, in the order in which they are solved, become solutions.
template <class Number>
inline void Substitute(Factors<Number> matrix, Rows x, int64_t n) {
  for (int64_t first = 0; first < n; first += panelRows) {
    const int64_t rows = std::min<int64_t>(panelRows, n - first);
    const bool whole = rows == panelRows;
    if (whole) Subtract<panelRows>(x.from(first), matrix.from(first, 0), x, first, x.step);
    for (int64_t r = 0; r < rows; r++) {
      const int64_t row = first + r, done = whole ? first : 0;
      Subtract<1>(x.from(row), matrix.from(row, done), x.from(done), row - done, x.step);
      Divide(x.row(row), matrix.at(row, row), x.step);
    }
  }
}

struct System {
  int64_t batch, n, m;
  bool lower, adjoint;
  static constexpr int64_t mostColumns = 64;

  // Columns `left` to `right` of one item. A matrix that acts as an upper one is solved from its last row on.
  template <class Number>
  void solve(const Number* matrix, const Number* in, Number* out, int64_t left, int64_t right, double* scratch) const {
    const bool forward = lower != adjoint;
    const int64_t step = forward ? 1 : -1, last = forward ? 0 : n - 1, columns = right - left;
    const Factors<Number> factors{n == 0 ? matrix : matrix + last * (n + 1), step * (adjoint ? 1 : n), step * (adjoint ? n : 1)};
    const Rows x{scratch, Padded(columns)};
    for (int64_t i = 0; i < n; i++) {
      const Number* row = in + (last + i * step) * m + left;
      for (int64_t c = 0; c < x.step; c++) x.row(i)[c] = c < columns ? row[c] : 0;
    }
    Substitute(factors, x, n);
    for (int64_t i = 0; i < n; i++)
      for (int64_t c = 0; c < columns; c++) out[(last + i * step) * m + left + c] = static_cast<Number>(x.row(i)[c]);
  }
};

// Few enough that each may have scratch of its own.
inline int ChunksFor(int64_t pieces, double multiplications) {
  return static_cast<int>(std::clamp<int64_t>(static_cast<int64_t>(multiplications / 1.5e5), 1, std::clamp<int64_t>(pieces, 1, 8)));
}

template <class Number>
inline Number* NumbersIn(const Memory& memory, Place place) {
  return reinterpret_cast<Number*>(place.in(memory));
}

template <class Number>
Instruction SolveInstruction(System system, Place matrices, Place right, Place out) {
  const int64_t n = system.n, m = system.m, parts = (m + System::mostColumns - 1) / System::mostColumns;
  const int64_t pieces = system.batch * parts;
  const int chunks = ChunksFor(pieces, 0.5 * system.batch * n * n * Padded(m));
  const int64_t scratchSize = n * Padded(std::min(m, System::mostColumns));
  const auto scratch = std::make_shared<std::vector<double>>(chunks * scratchSize);
  return [=](const Memory& memory, Pool& pool) {
    const Number *a = NumbersIn<Number>(memory, matrices), *b = NumbersIn<Number>(memory, right);
    Number* x = NumbersIn<Number>(memory, out);
    pool.each(chunks, [&](int chunk) {
      for (int64_t piece = pieces * chunk / chunks; piece < pieces * (chunk + 1) / chunks; piece++) {
        const int64_t item = piece / parts, part = piece % parts;
        system.solve(a + item * n * n, b + item * n * m, x + item * n * m, m * part / parts, m * (part + 1) / parts,
                     scratch->data() + chunk * scratchSize);
      }
    });
  };
}

template <class Number>
Instruction FactorInstruction(int64_t batch, int64_t n, Place source, Place target) {
  const int chunks = ChunksFor(batch, batch * (n * n * n / 6.0));
  const auto scratch = std::make_shared<std::vector<double>>(chunks * n * Padded(n));
  return [=](const Memory& memory, Pool& pool) {
    const Number* in = NumbersIn<Number>(memory, source);
    Number* out = NumbersIn<Number>(memory, target);
    pool.each(chunks, [&](int chunk) {
      const Rows upper{scratch->data() + chunk * n * Padded(n), Padded(n)};
      for (int64_t item = batch * chunk / chunks; item < batch * (chunk + 1) / chunks; item++)
        FactorOf(in + item * n * n, out + item * n * n, n, upper);
    });
  };
}

template <class Number>
Instruction DecodeSolve(Decoder& words) {
  const auto dims = words.integers(3);
  const bool lower = words.integer() != 0, adjoint = words.integer() != 0;
  const Place matrices = words.place(), right = words.place(), out = words.place();
  return SolveInstruction<Number>({dims[0], dims[1], dims[2], lower, adjoint}, matrices, right, out);
}

template <class Number>
Instruction DecodeFactor(Decoder& words) {
  const auto dims = words.integers(2);
  const Place source = words.place(), target = words.place();
  return FactorInstruction<Number>(dims[0], dims[1], source, target);
}

}  // namespace linear

// Words: batch, n, m, lower, adjoint, A [batch, n, n], B [batch, n, m], out: X with A X = B, or with A's transpose where `adjoint`. The
// other triangle of A is not read.
inline Instruction DecodeTriangularSolve(Decoder& words) { return linear::DecodeSolve<float>(words); }

// The same of float64.
inline Instruction DecodeDoubleTriangularSolve(Decoder& words) { return linear::DecodeSolve<double>(words); }

// Words: batch, n, in [batch, n, n], out: lower factors, zeros above; NaN on and below the diagonal of a matrix that has none.
inline Instruction DecodeCholesky(Decoder& words) { return linear::DecodeFactor<float>(words); }

// The same of float64.
inline Instruction DecodeDoubleCholesky(Decoder& words) { return linear::DecodeFactor<double>(words); }

}  // namespace latently
