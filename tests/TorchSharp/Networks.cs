using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests;

// The seed and the number of threads belong to the whole process, so these classes take turns.
[Collection("libtorch")]
public class Networks
{
    [Fact]
    public void A_dense_layer_multiplies_and_adds()
    {
        using var linear = Linear(2, 1);
        linear.load_state_dict(new() { ["weight"] = tensor([3f, -1f], [1, 2]), ["bias"] = tensor([0.5f]) });
        linear.call(tensor([1f, 2f, 10f, 20f], [2, 2])).data<float>().ToArray().ShouldBe([1.5f, 10.5f]);
    }

    [Fact]
    public void Gradients_of_a_dense_layer_are_those_of_calculus()
    {
        using var linear = Linear(2, 1);
        linear.call(tensor([1f, 2f, 10f, 20f], [2, 2])).sum().backward();
        linear.weight.grad!.data<float>().ToArray().ShouldBe([11f, 22f]);
        linear.bias!.grad!.data<float>().ToArray().ShouldBe([2f]);
        linear.zero_grad();
        linear.weight.grad.ShouldBeNull();
    }

    [Fact]
    public void Nothing_is_recorded_under_no_grad()
    {
        using var linear = Linear(2, 1);
        var input = ones([1, 2]);
        linear.call(input).requires_grad.ShouldBeTrue();
        using (no_grad())
            linear.call(input).requires_grad.ShouldBeFalse();
        is_grad_enabled().ShouldBeTrue();
    }

    [Fact]
    public void Dropout_works_only_while_training()
    {
        manual_seed(3);
        using var dropout = Dropout(0.5);
        var input = ones([10_000]);
        var dropped = dropout.call(input).data<float>().ToArray();
        dropped.Count(x => x == 0).ShouldBeInRange(4_800, 5_200);
        dropped.Where(x => x != 0).ShouldAllBe(x => x == 2);
        dropout.eval();
        dropout.call(input).data<float>().ToArray().ShouldAllBe(x => x == 1);
    }

    [Fact]
    public void Parameters_are_named_after_fields_and_positions()
    {
        using var net = new TwoParts();
        net.named_parameters().Select(p => p.name).ShouldBe(["body.0.weight", "body.0.bias", "head.weight"]);
        net.state_dict().Keys.ShouldBe(net.named_parameters().Select(p => p.name));
        net.eval();
        net.training.ShouldBeFalse();
        net.named_children().ShouldAllBe(child => !child.module.training);
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused_by_name()
    {
        using var net = new TwoParts();
        var state = net.state_dict();
        state.Remove("head.weight");
        state.Add("tail.weight", zeros([1]));
        Should.Throw<InvalidOperationException>(() => net.load_state_dict(state)).Message
            .ShouldSatisfyAllConditions(m => m.ShouldContain("missing [head.weight]"), m => m.ShouldContain("unexpected [tail.weight]"));
        net.load_state_dict(state, strict: false).missing_keys.ShouldBe(["head.weight"]);
    }

    [Fact]
    public void Cross_entropy_is_minus_the_log_of_the_softmax()
    {
        var logits = tensor([1f, 2f, 3f, 0f, 0f, 0f], [2, 3]);
        var loss = functional.cross_entropy(logits, tensor([2L, 0L])).item<float>();
        var first = -Math.Log(Math.Exp(3) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(3)));
        loss.ShouldBe((float)((first + Math.Log(3)) / 2), 1e-6f);
        functional.cross_entropy(logits, tensor([2L, 0L]), reduction: Reduction.Sum).item<float>().ShouldBe(2 * loss, 1e-6f);
    }

    [Fact]
    public void Glorot_initialisation_stays_in_its_bounds_and_fills_them()
    {
        manual_seed(5);
        using var linear = Linear(14, 50);
        init.xavier_uniform_(linear.weight);
        var bound = MathF.Sqrt(6f / 64);
        var weights = linear.weight.data<float>().ToArray();
        weights.ShouldAllBe(w => MathF.Abs(w) <= bound);
        weights.Max().ShouldBeGreaterThan(0.95f * bound);
        linear.weight.requires_grad.ShouldBeTrue();
    }

    [Fact]
    public void Clipping_scales_all_gradients_together()
    {
        using var linear = Linear(2, 1);
        linear.call(tensor([3f, 4f], [1, 2])).sum().backward();
        var norm = nn.utils.clip_grad_norm_(linear.parameters(), max_norm: 1);
        norm.ShouldBe(Math.Sqrt(26), 1e-5);
        var weight = linear.weight.grad!.data<float>().ToArray();
        var bias = linear.bias!.grad!.item<float>();
        Math.Sqrt(weight.Sum(g => g * g) + bias * bias).ShouldBe(1, 1e-5);
        (weight[1] / weight[0]).ShouldBe(4f / 3, 1e-5f);
    }

    [Fact]
    public void Adam_takes_the_steps_of_its_paper()
    {
        using var linear = Linear(1, 1, hasBias: false);
        using (no_grad())
            linear.weight.fill_(1);
        using var adam = optim.Adam(linear.parameters(), lr: 0.1);

        double w = 1, m = 0, v = 0;
        for (var t = 1; t <= 20; t++)
        {
            adam.zero_grad();
            var y = linear.call(ones([1, 1]));
            (y * y).sum().backward();
            adam.step();

            var g = 2 * w;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            w -= 0.1 * (m / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, t))) + 1e-8);
            linear.weight.item<float>().ShouldBe((float)w, 1e-5f);
        }
    }

    [Fact]
    public void A_schedule_can_change_the_learning_rate()
    {
        using var linear = Linear(1, 1, hasBias: false);
        using var adam = optim.Adam(linear.parameters(), lr: 0.1);
        foreach (var group in adam.ParamGroups)
            group.LearningRate = 0;
        var before = linear.weight.item<float>();
        linear.call(ones([1, 1])).sum().backward();
        adam.step();
        linear.weight.item<float>().ShouldBe(before);
    }

    [Fact]
    public void Moving_a_module_to_the_device_it_is_on_keeps_its_values()
    {
        using var linear = Linear(2, 2);
        var before = linear.weight.data<float>().ToArray();
        linear.to(CPU).weight.data<float>().ToArray().ShouldBe(before);
    }

    private sealed class TwoParts : Module<Tensor, Tensor>
    {
        private readonly Sequential body = Sequential(Linear(3, 4), ReLU());
        private readonly Linear head = Linear(4, 2, hasBias: false);

        public TwoParts() : base(nameof(TwoParts)) => RegisterComponents();

        public override Tensor forward(Tensor input) => head.call(body.call(input));
    }
}
