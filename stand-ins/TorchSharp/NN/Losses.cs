using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What becomes of the loss of each row, numbered as libtorch numbers it.</summary>
        public enum Reduction : long
        {
            None = 0,
            Mean = 1,
            Sum = 2,
        }

        public static partial class functional
        {
            /// <summary>Softmax cross-entropy of logits [rows, classes] against class indices [rows] (int64).</summary>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean,
                double label_smoothing = 0.0) => Tensor.Made(
                    LibTorch.dht_cross_entropy(
                        input.Native, target.Native, weight?.Native ?? TensorHandle.None, (long)reduction, ignore_index, label_smoothing,
                        out var result), result);
        }
    }
}
