using TorchSharp.Modules;
using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            /// <summary>Adam (Kingma and Ba, arXiv:1412.6980).</summary>
            public static Adam Adam(
                IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
                double weight_decay = 0) => new(parameters, lr, beta1, beta2, eps, weight_decay);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <inheritdoc cref="optim.Adam"/>
    public class Adam : optim.Optimizer
    {
        private readonly Parameter[] _parameters;
        private readonly Tensor[] _expAvg;
        private readonly Tensor[] _expAvgSq;
        private readonly ParamGroup _group;
        private readonly (double Beta1, double Beta2, double Eps, double WeightDecay) _options;
        private long _steps;

        public Adam(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0)
        {
            _parameters = parameters.ToArray();
            _expAvg = Array.ConvertAll(_parameters, ZerosLike);
            _expAvgSq = Array.ConvertAll(_parameters, ZerosLike);
            _group = new ParamGroup { LearningRate = lr, InitialLearningRate = lr };
            _options = (beta1, beta2, eps, weight_decay);
        }

        public override IEnumerable<optim.ILearningRateController> ParamGroups => [_group];

        public override IEnumerable<Parameter> parameters() => _parameters;

        public override unsafe Tensor? step(Func<Tensor>? closure = null)
        {
            var loss = closure?.Invoke();
            _steps++;
            using var parameters = new HandleList(_parameters);
            using var expAvg = new HandleList(_expAvg);
            using var expAvgSq = new HandleList(_expAvgSq);
            fixed (IntPtr* p = parameters.Raw, m = expAvg.Raw, v = expAvgSq.Raw)
            {
                LibTorch.Check(LibTorch.dht_adam_step(
                    p, m, v, _parameters.Length, _steps, _group.LearningRate,
                    _options.Beta1, _options.Beta2, _options.Eps, _options.WeightDecay));
            }

            return loss;
        }

        protected override void Dispose(bool disposing)
        {
            if (!disposing)
                return;
            foreach (var state in _expAvg.Concat(_expAvgSq))
                state.Dispose();
        }

        private static Tensor ZerosLike(Parameter parameter) =>
            zeros(parameter.shape, parameter.dtype, parameter.device).DetachFromDisposeScope();

        private sealed class ParamGroup : optim.ILearningRateController
        {
            public double LearningRate { get; set; }

            public double InitialLearningRate { get; set; }
        }
    }
}
