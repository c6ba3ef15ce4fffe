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
        private readonly State[] _states;
        private readonly ParamGroup _group;
        private readonly (double Beta1, double Beta2, double Eps, double WeightDecay) _options;

        public Adam(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
            double weight_decay = 0)
        {
            _parameters = parameters.ToArray();
            _states = Array.ConvertAll(
                _parameters, parameter => new State { exp_avg = ZerosLike(parameter), exp_avg_sq = ZerosLike(parameter) });
            _group = new ParamGroup { LearningRate = lr, InitialLearningRate = lr };
            _options = (beta1, beta2, eps, weight_decay);
        }

        public override IEnumerable<optim.ILearningRateController> ParamGroups => [_group];

        public override IEnumerable<Parameter> parameters() => _parameters;

        /// <summary>What it remembers of each parameter, in their order; the optimizer's own objects, not copies.</summary>
        public override StateDictionary state_dict() => new(_states);

        public override unsafe Tensor? step(Func<Tensor>? closure = null)
        {
            var loss = closure?.Invoke();
            foreach (var state in _states)
                state.step++;
            using var parameters = new HandleList(_parameters);
            using var expAvg = new HandleList(Array.ConvertAll(_states, state => state.exp_avg));
            using var expAvgSq = new HandleList(Array.ConvertAll(_states, state => state.exp_avg_sq));
            fixed (IntPtr* p = parameters.Raw, m = expAvg.Raw, v = expAvgSq.Raw)
            {
                LibTorch.Check(LibTorch.dht_adam_step(
                    p, m, v, _parameters.Length, _states[0].step, _group.LearningRate,
                    _options.Beta1, _options.Beta2, _options.Eps, _options.WeightDecay));
            }

            return loss;
        }

        protected override void Dispose(bool disposing)
        {
            if (!disposing)
                return;
            foreach (var state in _states)
            {
                state.exp_avg.Dispose();
                state.exp_avg_sq.Dispose();
            }
        }

        private static Tensor ZerosLike(Parameter parameter) =>
            zeros(parameter.shape, parameter.dtype, parameter.device).DetachFromDisposeScope();

        /// <summary>What Adam remembers of a parameter.</summary>
        public class State : optim.OptimizerState
        {
            /// <summary>Steps taken; the same for all parameters.</summary>
            public long step;

            /// <summary>The running mean of the gradient.</summary>
            public Tensor exp_avg = null!;

            /// <summary>The running mean of its square.</summary>
            public Tensor exp_avg_sq = null!;
        }

        private sealed class ParamGroup : optim.ILearningRateController
        {
            public double LearningRate { get; set; }

            public double InitialLearningRate { get; set; }
        }
    }
}
