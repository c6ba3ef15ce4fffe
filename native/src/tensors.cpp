// Tensors as objects: made, inspected, moved, copied, freed; and the process-wide switches.
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include <cstdlib>

#include "boundary.h"

using namespace daprhep;

extern "C" {

void dht_error_free(dht_error error) { std::free(error); }

const char* dht_torch_version(void) { return TORCH_VERSION; }

dht_error dht_manual_seed(int64_t seed) {
    return guarded([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}

dht_error dht_set_num_threads(int32_t threads) {
    return guarded([&] { at::set_num_threads(threads); });
}

int32_t dht_get_num_threads(void) { return at::get_num_threads(); }

int32_t dht_is_cuda_available(void) { return at::hasCUDA(); }

int32_t dht_has_cuda_runtime(void) { return at::globalContext().hasCUDART(); }

int32_t dht_cuda_device_count(void) { return at::hasCUDA() ? static_cast<int32_t>(at::getNumGPUs()) : 0; }

dht_error dht_set_autocast(int32_t enabled) {
    return guarded([&] {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
        at::autocast::set_autocast_enabled(at::kCUDA, enabled != 0);
#else
        at::autocast::set_enabled(enabled != 0);
#endif
        // What it casts weights to is kept until here; they change with the next step.
        if (!enabled) at::autocast::clear_cache();
    });
}

int32_t dht_is_grad_enabled(void) { return at::GradMode::is_enabled(); }

void dht_set_grad_enabled(int32_t enabled) { at::GradMode::set_enabled(enabled != 0); }

dht_error dht_tensor_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int8_t dtype, dht_release release, void* context,
                                 dht_tensor* result) {
    return guarded([&] {
        at::AutoDispatchBelowADInplaceOrView below_autograd;
        *result = handle_of(at::from_blob(data, at::IntArrayRef(sizes, dimensions), [release, context](void*) { release(context); },
                                          at::TensorOptions(static_cast<at::ScalarType>(dtype))));
    });
}

dht_error dht_empty(const int64_t* sizes, int32_t dimensions, int8_t dtype, int32_t device_type, int32_t device_index, dht_tensor* result) {
    return guarded([&] {
        *result = handle_of(at::empty(at::IntArrayRef(sizes, dimensions),
                                      at::TensorOptions(static_cast<at::ScalarType>(dtype)).device(device_of(device_type, device_index))));
    });
}

void dht_tensor_free(dht_tensor tensor) { delete static_cast<at::Tensor*>(tensor); }

int8_t dht_dtype(dht_tensor tensor) {
    return property<int8_t>(tensor, -1, [](const at::Tensor& t) { return t.scalar_type(); });
}

int32_t dht_dimensions(dht_tensor tensor) {
    return property<int32_t>(tensor, 0, [](const at::Tensor& t) { return t.dim(); });
}

int64_t dht_numel(dht_tensor tensor) {
    return property<int64_t>(tensor, 0, [](const at::Tensor& t) { return t.numel(); });
}

int64_t dht_element_size(dht_tensor tensor) {
    return property<int64_t>(tensor, 0, [](const at::Tensor& t) { return t.element_size(); });
}

int32_t dht_is_contiguous(dht_tensor tensor) {
    return property<int32_t>(tensor, 0, [](const at::Tensor& t) { return t.is_contiguous(); });
}

dht_error dht_sizes(dht_tensor tensor, int64_t* sizes) {
    return guarded([&] {
        auto shape = tensor_of(tensor).sizes();
        std::copy(shape.begin(), shape.end(), sizes);
    });
}

dht_error dht_device(dht_tensor tensor, int32_t* device_type, int32_t* device_index) {
    return guarded([&] {
        auto device = tensor_of(tensor).device();
        *device_type = static_cast<int32_t>(device.type());
        *device_index = device.index();
    });
}

dht_error dht_data(dht_tensor tensor, void** data) {
    return guarded([&] { *data = tensor_of(tensor).data_ptr(); });
}

dht_error dht_to(dht_tensor tensor, int8_t dtype, int32_t device_type, int32_t device_index, int32_t copy, dht_tensor* result) {
    return guarded([&] {
        *result = handle_of(tensor_of(tensor).to(device_of(device_type, device_index), static_cast<at::ScalarType>(dtype),
                                                 /*non_blocking=*/false, copy != 0));
    });
}

dht_error dht_clone(dht_tensor tensor, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).clone()); });
}

dht_error dht_contiguous(dht_tensor tensor, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).contiguous()); });
}

dht_error dht_set_data(dht_tensor tensor, dht_tensor values) {
    return guarded([&] { tensor_of(tensor).set_data(tensor_of(values)); });
}

dht_error dht_copy_(dht_tensor tensor, dht_tensor source) {
    return guarded([&] { tensor_of(tensor).copy_(tensor_of(source)); });
}

dht_error dht_view(dht_tensor tensor, const int64_t* sizes, int32_t dimensions, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).view(at::IntArrayRef(sizes, dimensions))); });
}

dht_error dht_reshape(dht_tensor tensor, const int64_t* sizes, int32_t dimensions, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).reshape(at::IntArrayRef(sizes, dimensions))); });
}

dht_error dht_narrow(dht_tensor tensor, int64_t dimension, int64_t start, int64_t length, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).narrow(dimension, start, length)); });
}

dht_error dht_transpose(dht_tensor tensor, int64_t dimension0, int64_t dimension1, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).transpose(dimension0, dimension1)); });
}

dht_error dht_index_select(dht_tensor tensor, int64_t dimension, dht_tensor index, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).index_select(dimension, tensor_of(index))); });
}

dht_error dht_cat(dht_tensor* tensors, int32_t count, int64_t dimension, dht_tensor* result) {
    return guarded([&] { *result = handle_of(at::cat(tensors_of(tensors, count), dimension)); });
}

dht_error dht_fill_(dht_tensor tensor, double value) {
    return guarded([&] { tensor_of(tensor).fill_(value); });
}

dht_error dht_uniform_(dht_tensor tensor, double from, double to) {
    return guarded([&] { tensor_of(tensor).uniform_(from, to); });
}

}  // extern "C"
