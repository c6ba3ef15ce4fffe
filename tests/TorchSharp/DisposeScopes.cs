using static TorchSharp.torch;

namespace TorchSharp.Tests;

// The seed and the number of threads belong to the whole process, so these classes take turns.
[Collection("libtorch")]
public class DisposeScopes
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        Tensor made;
        using (var scope = NewDisposeScope())
        {
            made = zeros([2]);
            scope.DisposablesCount.ShouldBe(1);
        }

        Should.Throw<ObjectDisposedException>(() => made.sum());
    }

    [Fact]
    public void A_result_moved_out_belongs_to_the_outer_scope()
    {
        using var outer = NewDisposeScope();
        Tensor moved;
        using (NewDisposeScope())
        {
            using var intermediate = ones([3]);
            moved = intermediate.sum().MoveToOuterDisposeScope();
        }

        moved.item<float>().ShouldBe(3);
        outer.Contains(moved).ShouldBeTrue();
        outer.DisposablesCount.ShouldBe(1);
    }

    [Fact]
    public void Scopes_may_end_in_any_order()
    {
        using var outermost = NewDisposeScope();
        var first = NewDisposeScope();
        var second = NewDisposeScope();
        first.Dispose();
        var inSecond = zeros([1]);
        second.Contains(inSecond).ShouldBeTrue();
        second.Dispose();
        outermost.Contains(zeros([1])).ShouldBeTrue();
        Should.Throw<ObjectDisposedException>(() => inSecond.sum());
    }

    [Fact]
    public void A_detached_tensor_outlives_every_scope()
    {
        Tensor kept;
        using (NewDisposeScope())
        using (NewDisposeScope())
            kept = ones([3]).DetachFromDisposeScope();
        kept.sum().item<float>().ShouldBe(3);
    }

    [Fact]
    public void Parameters_made_inside_a_scope_outlive_it()
    {
        Modules.Linear linear;
        using (NewDisposeScope())
            linear = nn.Linear(2, 2);
        linear.weight.shape.ShouldBe([2L, 2L]);
    }
}
