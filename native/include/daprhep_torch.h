/*
 * The C interface of libdaprhep_torch: the part of libtorch that the managed TorchSharp stand-in calls.
 *
 * Every function that can fail returns NULL on success or a message that the caller frees with dht_error_free;
 * results come back through the last parameters. No C++ exception crosses this boundary.
 * A dht_tensor owns one reference to a tensor and is freed once with dht_tensor_free.
 * Scalar types, reductions and device types carry PyTorch's own numbers.
 */
#ifndef DAPRHEP_TORCH_H
#define DAPRHEP_TORCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DHT_API __attribute__((visibility("default")))

typedef char* dht_error;
typedef void* dht_tensor;
typedef void (*dht_release)(void* context);

DHT_API void dht_error_free(dht_error error);

/* Process-wide state. */
DHT_API const char* dht_torch_version(void);
DHT_API dht_error dht_manual_seed(int64_t seed);
DHT_API dht_error dht_set_num_threads(int32_t threads);
DHT_API int32_t dht_get_num_threads(void);
DHT_API int32_t dht_is_cuda_available(void);
/* Whether libtorch was built with CUDA, and how many devices it can use. */
DHT_API int32_t dht_has_cuda_runtime(void);
DHT_API int32_t dht_cuda_device_count(void);
/* Whether operations of the calling thread on a GPU take float16 where that is accurate enough: 1 yes, 0 no. */
DHT_API dht_error dht_set_autocast(int32_t enabled);
/* Gradient recording of the calling thread: 1 on, 0 off. */
DHT_API int32_t dht_is_grad_enabled(void);
DHT_API void dht_set_grad_enabled(int32_t enabled);

/* Creation. dht_tensor_from_memory shares `data`; `release(context)` runs when the last reference goes. */
DHT_API dht_error dht_tensor_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int8_t dtype,
                                         dht_release release, void* context, dht_tensor* result);
DHT_API dht_error dht_empty(const int64_t* sizes, int32_t dimensions, int8_t dtype, int32_t device_type, int32_t device_index,
                            dht_tensor* result);
DHT_API void dht_tensor_free(dht_tensor tensor);

/* Properties. */
DHT_API int8_t dht_dtype(dht_tensor tensor);
DHT_API int32_t dht_dimensions(dht_tensor tensor);
DHT_API int64_t dht_numel(dht_tensor tensor);
DHT_API int64_t dht_element_size(dht_tensor tensor);
DHT_API dht_error dht_sizes(dht_tensor tensor, int64_t* sizes);
DHT_API dht_error dht_device(dht_tensor tensor, int32_t* device_type, int32_t* device_index);
DHT_API int32_t dht_is_contiguous(dht_tensor tensor);
DHT_API dht_error dht_data(dht_tensor tensor, void** data);

/* Autograd. dht_grad gives a NULL tensor where none has been computed. */
DHT_API int32_t dht_requires_grad(dht_tensor tensor);
DHT_API dht_error dht_set_requires_grad(dht_tensor tensor, int32_t requires_grad);
DHT_API dht_error dht_grad(dht_tensor tensor, dht_tensor* result);
DHT_API dht_error dht_backward(dht_tensor tensor);
DHT_API dht_error dht_detach(dht_tensor tensor, dht_tensor* result);
DHT_API dht_error dht_zero_grads(dht_tensor* parameters, int32_t count);
DHT_API dht_error dht_clip_grad_norm(dht_tensor* parameters, int32_t count, double max_norm, double norm_type, double* total_norm);
/* Multiplies gradients in place. */
DHT_API dht_error dht_scale_grads(dht_tensor* parameters, int32_t count, double factor);
/* Whether no gradient has an infinity or NaN. */
DHT_API dht_error dht_grads_are_finite(dht_tensor* parameters, int32_t count, int32_t* result);
/* One Adam step (Kingma and Ba, arXiv:1412.6980) over `count` parameters; those without a gradient are left alone. */
DHT_API dht_error dht_adam_step(dht_tensor* parameters, dht_tensor* exp_avg, dht_tensor* exp_avg_sq, int32_t count, int64_t step,
                                double lr, double beta1, double beta2, double eps, double weight_decay);

/* Shape, movement, copies. */
DHT_API dht_error dht_to(dht_tensor tensor, int8_t dtype, int32_t device_type, int32_t device_index, int32_t copy, dht_tensor* result);
DHT_API dht_error dht_clone(dht_tensor tensor, dht_tensor* result);
DHT_API dht_error dht_contiguous(dht_tensor tensor, dht_tensor* result);
/* Puts other values, maybe on another device, under a parameter that stays the same object. */
DHT_API dht_error dht_set_data(dht_tensor tensor, dht_tensor values);
DHT_API dht_error dht_copy_(dht_tensor tensor, dht_tensor source);
DHT_API dht_error dht_view(dht_tensor tensor, const int64_t* sizes, int32_t dimensions, dht_tensor* result);
DHT_API dht_error dht_reshape(dht_tensor tensor, const int64_t* sizes, int32_t dimensions, dht_tensor* result);
DHT_API dht_error dht_narrow(dht_tensor tensor, int64_t dimension, int64_t start, int64_t length, dht_tensor* result);
DHT_API dht_error dht_transpose(dht_tensor tensor, int64_t dimension0, int64_t dimension1, dht_tensor* result);
DHT_API dht_error dht_index_select(dht_tensor tensor, int64_t dimension, dht_tensor index, dht_tensor* result);
DHT_API dht_error dht_cat(dht_tensor* tensors, int32_t count, int64_t dimension, dht_tensor* result);

/* Filling in place. */
DHT_API dht_error dht_fill_(dht_tensor tensor, double value);
DHT_API dht_error dht_uniform_(dht_tensor tensor, double from, double to);

/* Arithmetic. */
DHT_API dht_error dht_add(dht_tensor left, dht_tensor right, dht_tensor* result);
DHT_API dht_error dht_sub(dht_tensor left, dht_tensor right, dht_tensor* result);
DHT_API dht_error dht_mul(dht_tensor left, dht_tensor right, dht_tensor* result);
DHT_API dht_error dht_div(dht_tensor left, dht_tensor right, dht_tensor* result);
DHT_API dht_error dht_add_scalar(dht_tensor left, double right, dht_tensor* result);
DHT_API dht_error dht_mul_scalar(dht_tensor left, double right, dht_tensor* result);
DHT_API dht_error dht_matmul(dht_tensor left, dht_tensor right, dht_tensor* result);
DHT_API dht_error dht_eq(dht_tensor left, dht_tensor right, dht_tensor* result);
DHT_API dht_error dht_sum(dht_tensor tensor, dht_tensor* result);
DHT_API dht_error dht_mean(dht_tensor tensor, dht_tensor* result);
DHT_API dht_error dht_argmax(dht_tensor tensor, int64_t dimension, int32_t keepdim, dht_tensor* result);
DHT_API dht_error dht_allclose(dht_tensor left, dht_tensor right, double rtol, double atol, int32_t equal_nan, int32_t* result);

/* Layers and losses. */
DHT_API dht_error dht_linear(dht_tensor input, dht_tensor weight, dht_tensor bias_or_null, dht_tensor* result);
DHT_API dht_error dht_relu(dht_tensor input, int32_t in_place, dht_tensor* result);
DHT_API dht_error dht_sigmoid(dht_tensor input, dht_tensor* result);
DHT_API dht_error dht_tanh(dht_tensor input, dht_tensor* result);
DHT_API dht_error dht_dropout(dht_tensor input, double p, int32_t training, int32_t in_place, dht_tensor* result);
DHT_API dht_error dht_softmax(dht_tensor input, int64_t dimension, dht_tensor* result);
DHT_API dht_error dht_log_softmax(dht_tensor input, int64_t dimension, dht_tensor* result);
DHT_API dht_error dht_cross_entropy(dht_tensor input, dht_tensor target, dht_tensor weight_or_null, int64_t reduction,
                                    int64_t ignore_index, double label_smoothing, dht_tensor* result);
/* A recurrent layer over packed sequences, longest first: `data` is [rows, inputs] step by step, `batch_sizes` (int64, CPU) has how many
 * sequences each step has. `weights` are weight_ih, weight_hh, bias_ih, bias_hh in PyTorch's layout. Gives the state [sequences, units]
 * that each sequence ends in. */
DHT_API dht_error dht_gru_packed(dht_tensor data, dht_tensor batch_sizes, dht_tensor* weights, int32_t training, dht_tensor* result);
DHT_API dht_error dht_lstm_packed(dht_tensor data, dht_tensor batch_sizes, dht_tensor* weights, int32_t training, dht_tensor* result);

#ifdef __cplusplus
}
#endif

#endif
