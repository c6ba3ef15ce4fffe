using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

// The seed and the number of threads belong to the whole process, so these classes take turns.
[Collection("libtorch")]
public class Tensors
{
    [Fact]
    public void Libtorch_answers_with_its_version() => __version__.ShouldStartWith("1.13");

    [Fact]
    public void Created_tensors_have_the_shape_type_and_values_asked_for()
    {
        using var zero = zeros([2, 3]);
        using var one = ones([4], float64);
        using var copied = tensor([1f, 2f, 3f, 4f, 5f, 6f], [3, 2]);

        zero.shape.ShouldBe([2L, 3L]);
        zero.data<float>().ToArray().ShouldBe(new float[6]);
        one.dtype.ShouldBe(float64);
        one.data<double>().ToArray().ShouldBe([1.0, 1.0, 1.0, 1.0]);
        copied.t().contiguous().data<float>().ToArray().ShouldBe([1f, 3f, 5f, 2f, 4f, 6f]);
        copied.device.type.ShouldBe(DeviceType.CPU);
    }

    [Fact]
    public void A_tensor_from_a_buffer_shares_the_arrays_memory()
    {
        var array = new float[] { 1, 2, 3, 4, 5, 6 };
        using var whole = frombuffer(array, float32);
        using var rows = whole.view(3, 2);
        using var part = frombuffer(array, float32, count: 2, offset: 3);

        array[4] = 50;
        rows.data<float>().ToArray().ShouldBe([1f, 2f, 3f, 4f, 50f, 6f]);
        part.data<float>().ToArray().ShouldBe([4f, 50f]);
        part.fill_(-1);
        array.ShouldBe([1f, 2f, 3f, -1f, -1f, 6f]);
    }

    [Fact]
    public void A_shared_array_stays_alive_and_in_place_while_the_tensor_lives_and_is_freed_after()
    {
        var (shared, array) = Share();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        array.IsAlive.ShouldBeTrue();
        shared.data<int>().ToArray().ShouldBe([7, 7, 7]);

        shared.Dispose();
        GC.Collect();
        array.IsAlive.ShouldBeFalse();

        static (Tensor, WeakReference) Share()
        {
            var values = new[] { 7, 7, 7 };
            return (from_array(values), new WeakReference(values));
        }
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(6, 1)]
    public void A_buffer_offset_outside_the_array_is_refused(long offset, long count) =>
        Should.Throw<ArgumentException>(() => frombuffer(new float[6], float32, count, offset));

    [Fact]
    public void A_buffer_count_past_the_end_is_refused() =>
        Should.Throw<IndexOutOfRangeException>(() => frombuffer(new float[6], float32, count: 4, offset: 3));

    [Fact]
    public void An_error_of_libtorch_becomes_an_exception_with_its_message()
    {
        using var a = zeros([2, 3]);
        using var b = zeros([2, 3]);
        Should.Throw<ExternalException>(() => a.matmul(b)).Message.ShouldContain("cannot be multiplied");
        Should.Throw<ExternalException>(() => a.view(5)).Message.ShouldContain("invalid for input");
        Should.Throw<ExternalException>(() => zeros([-1]));
    }

    [Fact]
    public void A_disposed_tensor_cannot_be_used()
    {
        var tensor = zeros([2]);
        tensor.Dispose();
        tensor.Dispose();
        Should.Throw<ObjectDisposedException>(() => tensor.sum());
    }

    [Fact]
    public void Elements_are_read_only_as_what_they_are()
    {
        using var tensor = zeros([1], int64);
        Should.Throw<ArgumentException>(() => tensor.item<float>());
        Should.Throw<ArgumentException>(() => tensor.data<int>());
        tensor.item<long>().ShouldBe(0);
    }

    [Fact]
    public void Arithmetic_and_reductions_agree_with_plain_loops()
    {
        using var a = tensor([1f, -2f, 3f, 4f], [2, 2]);
        using var b = tensor([2f, 4f, -8f, 16f], [2, 2]);

        (a + b).data<float>().ToArray().ShouldBe([3f, 2f, -5f, 20f]);
        (a - b).data<float>().ToArray().ShouldBe([-1f, -6f, 11f, -12f]);
        (a * b).data<float>().ToArray().ShouldBe([2f, -8f, -24f, 64f]);
        (a / b).data<float>().ToArray().ShouldBe([0.5f, -0.5f, -0.375f, 0.25f]);
        (a * 2 + 1).data<float>().ToArray().ShouldBe([3f, -3f, 7f, 9f]);
        a.matmul(b).data<float>().ToArray().ShouldBe([18f, -28f, -26f, 76f]);
        a.relu().data<float>().ToArray().ShouldBe([1f, 0f, 3f, 4f]);
        a.sum().item<float>().ShouldBe(6f);
        a.mean().item<float>().ShouldBe(1.5f);
        a.argmax(1).data<long>().ToArray().ShouldBe([0L, 1L]);
        a.eq(a).@float().sum().item<float>().ShouldBe(4f);
        cat([a, b]).shape.ShouldBe([4L, 2L]);
        a.index_select(0, tensor([1L, 0L])).data<float>().ToArray().ShouldBe([3f, 4f, 1f, -2f]);
        a.narrow(1, 1, 1).contiguous().data<float>().ToArray().ShouldBe([-2f, 4f]);
        a.softmax(1).data<float>().ToArray()[0].ShouldBe(1 / (1 + MathF.Exp(-3)), 1e-6f);
    }

    [Fact]
    public void The_same_seed_gives_the_same_random_numbers()
    {
        manual_seed(11);
        var first = rand([100]).data<float>().ToArray();
        var second = rand([100]).data<float>().ToArray();
        manual_seed(11);
        rand([100]).data<float>().ToArray().ShouldBe(first);
        second.ShouldNotBe(first);
        first.ShouldAllBe(x => x >= 0 && x < 1);
    }

    [Fact]
    public void The_number_of_threads_can_be_set()
    {
        var before = get_num_threads();
        set_num_threads(1);
        get_num_threads().ShouldBe(1);
        set_num_threads(before);
        Should.Throw<ExternalException>(() => set_num_threads(0));
    }

    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1)]
    [InlineData("cuda:3", DeviceType.CUDA, 3)]
    public void Devices_are_named_as_in_pytorch(string name, DeviceType type, int index)
    {
        var parsed = device(name);
        (parsed.type, parsed.index, parsed.ToString()).ShouldBe((type, index, name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:1:2")]
    public void An_unknown_device_is_refused(string name) => Should.Throw<ArgumentException>(() => device(name));
}
