// A program as a function of tensors: an op of TensorFlow that runs it on the memory of the op's inputs and outputs, so that nothing is
// copied and no other thread is asked to begin. There is one op for each list of element types; which function is meant is told by its
// first input, an int32 scalar. Left out: how a function becomes a program (`../function.ts`). Next: `tensorflow.h`, `program.h`.
#pragma once
#include <cfenv>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "program.h"
#include "tensorflow.h"

namespace latently {

struct TensorType {
  int type;
  std::vector<int64_t> dims;
  size_t bytes() const {
    size_t words = 1;
    for (const int64_t size : dims) words *= size;
    return words * sizeof(float);
  }
};

// Reads [type, rank, dims...] of each of `count` tensors.
inline std::vector<TensorType> TensorTypes(Decoder& decoder) {
  std::vector<TensorType> types(decoder.integer());
  for (auto& [type, dims] : types) {
    type = decoder.integer();
    if (type != kTfFloat && type != kTfInt32) throw std::runtime_error("tensors of functions are float32 or int32");
    dims = decoder.integers(decoder.integer());
  }
  return types;
}

// A function that is ready: its first buffers are the caller's, then come the inputs and the outputs of a call.
struct Function {
  Program program;
  Memory memory;
  std::vector<TensorType> inputs, outputs;
  Pool& pool;
  std::mutex& running;
};

// All functions of the process, by number. It is never destroyed: TensorFlow may call at exit.
class Functions {
 public:
  static Functions& Shared() {
    static auto* functions = new Functions;
    return *functions;
  }

  int32_t add(std::shared_ptr<Function> function) {
    std::lock_guard<std::mutex> lock(mutex_);
    functions_[++latest_] = std::move(function);
    return latest_;
  }

  void remove(int32_t id) {
    std::lock_guard<std::mutex> lock(mutex_);
    functions_.erase(id);
  }

  std::shared_ptr<Function> find(int32_t id) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = functions_.find(id);
    return found == functions_.end() ? nullptr : found->second;
  }

  // Has an op registered at its name's first time, as TensorFlow ends the process at the second. Throws where it could not be.
  template <class Register>
  void ensure(const std::string& op, const Register& registerOp) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto [known, isNew] = problems_.try_emplace(op);
    if (isNew) known->second = registerOp();
    if (!known->second.empty()) throw std::runtime_error(known->second);
  }

 private:
  std::mutex mutex_;
  std::map<int32_t, std::shared_ptr<Function>> functions_;
  // What went wrong with each op, or nothing.
  std::map<std::string, std::string> problems_;
  int32_t latest_ = 0;
};

// The tensors and the status of one call of an op, given back at its end.
class OpCall {
 public:
  OpCall(const TensorFlow& tf, TfContext* context) : tf_(tf), context_(context), status_(tf.newStatus()) {}
  OpCall(const OpCall&) = delete;
  ~OpCall() {
    for (TfTensor* tensor : held_) tf_.deleteTensor(tensor);
    tf_.deleteStatus(status_);
  }

  float* input(int index, size_t bytes) {
    TfTensor* tensor = nullptr;
    tf_.input(context_, index, &tensor, status_);
    return dataOf(tensor, bytes);
  }

  float* output(int index, const TensorType& of) {
    const int rank = static_cast<int>(of.dims.size());
    return dataOf(tf_.allocateOutput(context_, index, of.type, of.dims.data(), rank, of.bytes(), status_), of.bytes());
  }

  void fail(const char* message) {
    if (tf_.codeOf(status_) == 0) tf_.setStatus(status_, kTfInternal, message);
    tf_.fail(context_, status_);
  }

 private:
  float* dataOf(TfTensor* tensor, size_t bytes) {
    if (tensor != nullptr) held_.push_back(tensor);
    if (tf_.codeOf(status_) != 0) throw std::runtime_error("no tensor");
    if (tf_.bytesOf(tensor) != bytes) throw std::runtime_error("a tensor has another size than the function was made for");
    return static_cast<float*>(tf_.dataOf(tensor));
  }

  const TensorFlow& tf_;
  TfContext* context_;
  TfStatus* status_;
  std::vector<TfTensor*> held_;
};

// TensorFlow lets kernels take the smallest numbers for zero, in its own threads; a program's numbers must not depend on the thread.
class OwnRounding {
 public:
  OwnRounding() {
    std::fegetenv(&before_);
    std::fesetenv(FE_DFL_ENV);
  }
  OwnRounding(const OwnRounding&) = delete;
  ~OwnRounding() { std::fesetenv(&before_); }

 private:
  std::fenv_t before_;
};

inline void Call(OpCall& call) {
  int32_t id;
  std::memcpy(&id, call.input(0, sizeof id), sizeof id);
  const auto function = Functions::Shared().find(id);
  if (function == nullptr) throw std::runtime_error("the function has been disposed of");
  std::lock_guard<std::mutex> lock(function->running);
  auto& buffers = function->memory.buffers;
  size_t at = buffers.size() - function->inputs.size() - function->outputs.size();
  int index = 1;
  for (const auto& type : function->inputs) buffers[at++] = call.input(index++, type.bytes());
  index = 0;
  for (const auto& type : function->outputs) buffers[at++] = call.output(index++, type);
  const OwnRounding rounding;
  function->program.run(function->memory, function->pool);
}

inline void ComputeOp(void*, TfContext* context) {
  OpCall call(*LoadedTensorFlow(), context);
  try {
    Call(call);
  } catch (const std::exception& error) {
    call.fail(error.what());
  }
}

// The name has an address in it, as each build of the machine in a process has functions of its own.
inline std::string OpNameOf(const Function& function) {
  const auto letters = [](const std::vector<TensorType>& types) {
    std::string text;
    for (const auto& [type, dims] : types) text += type == kTfFloat ? 'F' : 'I';
    return text;
  };
  const auto address = reinterpret_cast<uintptr_t>(&Functions::Shared());
  return "Latently" + letters(function.inputs) + "_" + letters(function.outputs) + "_" + std::to_string(address);
}

// Gives what went wrong, or nothing.
inline std::string RegisterOp(const TensorFlow& tf, const std::string& name, const Function& function) {
  const auto specification = [](const char* which, size_t index, int type) {
    return which + std::to_string(index) + (type == kTfFloat ? ": float" : ": int32");
  };
  TfOpBuilder* op = tf.newOp(name.c_str());
  tf.addInput(op, "function: int32");
  for (size_t i = 0; i < function.inputs.size(); i++)
    tf.addInput(op, specification("input", i, function.inputs[i].type).c_str());
  for (size_t i = 0; i < function.outputs.size(); i++)
    tf.addOutput(op, specification("output", i, function.outputs[i].type).c_str());
  TfStatus* status = tf.newStatus();
  tf.registerOp(op, status);
  if (tf.codeOf(status) == 0)
    tf.registerKernel(name.c_str(), tf.newKernel(name.c_str(), "CPU", nullptr, ComputeOp, nullptr), status);
  const std::string problem = tf.codeOf(status) == 0 ? "" : tf.messageOf(status);
  tf.deleteStatus(status);
  return problem;
}

// Makes the function known, with an op for its types. Throws where TensorFlow is not there. Gives its number.
inline int32_t Define(std::shared_ptr<Function> function) {
  const TensorFlow* tf = LoadedTensorFlow();
  if (tf == nullptr) throw std::runtime_error("TensorFlow is not loaded, or lacks the calls that make an op");
  const std::string op = OpNameOf(*function);
  Functions::Shared().ensure(op, [&] { return RegisterOp(*tf, op, *function); });
  auto& buffers = function->memory.buffers;
  buffers.resize(buffers.size() + function->inputs.size() + function->outputs.size());
  return Functions::Shared().add(std::move(function));
}

}  // namespace latently
