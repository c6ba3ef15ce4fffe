// What a network computes: arithmetic, layers, losses.
#include "boundary.h"

using namespace daprhep;

namespace {

/// States before the first step: zeros, [1, sequences, units].
at::Tensor start_of(const at::Tensor& data, const at::Tensor& batch_sizes, const at::Tensor& recurrent_weight) {
    return at::zeros({1, batch_sizes[0].item<int64_t>(), recurrent_weight.size(1)}, data.options());
}

}  // namespace

extern "C" {

dht_error dht_add(dht_tensor left, dht_tensor right, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(left).add(tensor_of(right))); });
}

dht_error dht_sub(dht_tensor left, dht_tensor right, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(left).sub(tensor_of(right))); });
}

dht_error dht_mul(dht_tensor left, dht_tensor right, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(left).mul(tensor_of(right))); });
}

dht_error dht_div(dht_tensor left, dht_tensor right, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(left).div(tensor_of(right))); });
}

dht_error dht_add_scalar(dht_tensor left, double right, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(left).add(right)); });
}

dht_error dht_mul_scalar(dht_tensor left, double right, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(left).mul(right)); });
}

dht_error dht_matmul(dht_tensor left, dht_tensor right, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(left).matmul(tensor_of(right))); });
}

dht_error dht_eq(dht_tensor left, dht_tensor right, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(left).eq(tensor_of(right))); });
}

dht_error dht_sum(dht_tensor tensor, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).sum()); });
}

dht_error dht_mean(dht_tensor tensor, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).mean()); });
}

dht_error dht_argmax(dht_tensor tensor, int64_t dimension, int32_t keepdim, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).argmax(dimension, keepdim != 0)); });
}

dht_error dht_allclose(dht_tensor left, dht_tensor right, double rtol, double atol, int32_t equal_nan, int32_t* result) {
    return guarded([&] { *result = at::allclose(tensor_of(left), tensor_of(right), rtol, atol, equal_nan != 0); });
}

dht_error dht_linear(dht_tensor input, dht_tensor weight, dht_tensor bias_or_null, dht_tensor* result) {
    return guarded([&] { *result = handle_of(at::linear(tensor_of(input), tensor_of(weight), optional_tensor_of(bias_or_null))); });
}

dht_error dht_relu(dht_tensor input, int32_t in_place, dht_tensor* result) {
    return guarded([&] { *result = handle_of(in_place ? at::relu_(tensor_of(input)) : at::relu(tensor_of(input))); });
}

dht_error dht_sigmoid(dht_tensor input, dht_tensor* result) {
    return guarded([&] { *result = handle_of(at::sigmoid(tensor_of(input))); });
}

dht_error dht_tanh(dht_tensor input, dht_tensor* result) {
    return guarded([&] { *result = handle_of(at::tanh(tensor_of(input))); });
}

dht_error dht_dropout(dht_tensor input, double p, int32_t training, int32_t in_place, dht_tensor* result) {
    return guarded([&] {
        auto& values = tensor_of(input);
        *result = handle_of(in_place ? at::dropout_(values, p, training != 0) : at::dropout(values, p, training != 0));
    });
}

dht_error dht_softmax(dht_tensor input, int64_t dimension, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(input).softmax(dimension)); });
}

dht_error dht_log_softmax(dht_tensor input, int64_t dimension, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(input).log_softmax(dimension)); });
}

dht_error dht_cross_entropy(dht_tensor input, dht_tensor target, dht_tensor weight_or_null, int64_t reduction, int64_t ignore_index,
                            double label_smoothing, dht_tensor* result) {
    return guarded([&] {
        *result = handle_of(at::cross_entropy_loss(tensor_of(input), tensor_of(target), optional_tensor_of(weight_or_null), reduction,
                                                   ignore_index, label_smoothing));
    });
}

dht_error dht_gru_packed(dht_tensor data, dht_tensor batch_sizes, dht_tensor* weights, int32_t training, dht_tensor* result) {
    return guarded([&] {
        auto parameters = tensors_of(weights, 4);
        auto start = start_of(tensor_of(data), tensor_of(batch_sizes), parameters[1]);
        auto ends = std::get<1>(at::gru(tensor_of(data), tensor_of(batch_sizes), start, parameters, /*has_biases=*/true, /*num_layers=*/1,
                                        /*dropout=*/0.0, training != 0, /*bidirectional=*/false));
        *result = handle_of(ends.squeeze(0));
    });
}

dht_error dht_lstm_packed(dht_tensor data, dht_tensor batch_sizes, dht_tensor* weights, int32_t training, dht_tensor* result) {
    return guarded([&] {
        auto parameters = tensors_of(weights, 4);
        auto start = start_of(tensor_of(data), tensor_of(batch_sizes), parameters[1]);
        std::vector<at::Tensor> starts{start, start};
        auto ends = std::get<1>(at::lstm(tensor_of(data), tensor_of(batch_sizes), starts, parameters, /*has_biases=*/true,
                                         /*num_layers=*/1, /*dropout=*/0.0, training != 0, /*bidirectional=*/false));
        *result = handle_of(ends.squeeze(0));
    });
}

}  // extern "C"
