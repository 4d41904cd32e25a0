// The few calls of TensorFlow's C API by which an op of one's own is registered and reads and makes tensors, found in the library that
// tfjs-node has loaded into this process; nothing is linked. Types are opaque. Left out: all the rest. Next: `function.h`.
#pragma once
#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace latently {

struct TfStatus;
struct TfTensor;
struct TfOpBuilder;
struct TfKernelBuilder;
struct TfConstruction;
struct TfContext;

// TensorFlow's numbers for element types.
constexpr int kTfFloat = 1, kTfInt32 = 3;

// TF_INTERNAL, the code of a status.
constexpr int kTfInternal = 13;

struct TensorFlow {
  TfStatus* (*newStatus)();
  void (*deleteStatus)(TfStatus*);
  void (*setStatus)(TfStatus*, int code, const char* message);
  int (*codeOf)(const TfStatus*);
  const char* (*messageOf)(const TfStatus*);

  TfOpBuilder* (*newOp)(const char* name);
  void (*addInput)(TfOpBuilder*, const char* specification);
  void (*addOutput)(TfOpBuilder*, const char* specification);
  void (*registerOp)(TfOpBuilder*, TfStatus*);

  TfKernelBuilder* (*newKernel)(const char* op, const char* device, void* (*create)(TfConstruction*),
                                void (*compute)(void*, TfContext*), void (*destroy)(void*));
  void (*registerKernel)(const char* name, TfKernelBuilder*, TfStatus*);

  void (*input)(TfContext*, int index, TfTensor**, TfStatus*);
  TfTensor* (*allocateOutput)(TfContext*, int index, int type, const int64_t* dims, int rank, size_t bytes, TfStatus*);
  void (*fail)(TfContext*, TfStatus*);

  void* (*dataOf)(const TfTensor*);
  size_t (*bytesOf)(const TfTensor*);
  void (*deleteTensor)(TfTensor*);
};

template <class Function>
bool Resolve(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

// TensorFlow's calls, or nothing where it is not loaded or lacks one. tfjs-node loads it for itself alone, so it is asked for by name.
inline const TensorFlow* LoadedTensorFlow() {
  static const std::unique_ptr<const TensorFlow> found = []() -> std::unique_ptr<const TensorFlow> {
    void* library = dlopen("libtensorflow_framework.so.2", RTLD_LAZY | RTLD_NOLOAD);
    if (library == nullptr) return nullptr;
    auto tf = std::make_unique<TensorFlow>();
    const bool complete =
        Resolve(library, "TF_NewStatus", tf->newStatus) && Resolve(library, "TF_DeleteStatus", tf->deleteStatus) &&
        Resolve(library, "TF_SetStatus", tf->setStatus) && Resolve(library, "TF_GetCode", tf->codeOf) &&
        Resolve(library, "TF_Message", tf->messageOf) && Resolve(library, "TF_NewOpDefinitionBuilder", tf->newOp) &&
        Resolve(library, "TF_OpDefinitionBuilderAddInput", tf->addInput) &&
        Resolve(library, "TF_OpDefinitionBuilderAddOutput", tf->addOutput) &&
        Resolve(library, "TF_RegisterOpDefinition", tf->registerOp) &&
        Resolve(library, "TF_NewKernelBuilder", tf->newKernel) &&
        Resolve(library, "TF_RegisterKernelBuilder", tf->registerKernel) && Resolve(library, "TF_GetInput", tf->input) &&
        Resolve(library, "TF_AllocateOutput", tf->allocateOutput) &&
        Resolve(library, "TF_OpKernelContext_Failure", tf->fail) && Resolve(library, "TF_TensorData", tf->dataOf) &&
        Resolve(library, "TF_TensorByteSize", tf->bytesOf) && Resolve(library, "TF_DeleteTensor", tf->deleteTensor);
    return complete ? std::move(tf) : nullptr;
  }();
  return found.get();
}

}  // namespace latently
