using DaprHep.Learning.Models.Torch;

namespace DaprHep.Learning.Tests.Models;

/// <summary>How busy a GPU was, from readings of its driver.</summary>
public sealed class GpuWatchTests
{
    [Fact]
    public async Task The_mean_use_and_the_most_memory_are_told()
    {
        var readings = new Queue<GpuReading?>([new(0.2, 5), null, new(1, 9), new(0.6, 7)]);
        using var watch = new GpuWatch(() => readings.TryDequeue(out GpuReading? next) ? next : null);
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (readings.Count > 0)
            await Task.Delay(10, limit.Token);
        watch.End().ShouldBe((0.6, 9));
    }

    [Fact]
    public void Where_there_is_no_gpu_nothing_is_told()
    {
        using var watch = new GpuWatch(() => null);
        watch.End().ShouldBeNull();
        if (CudaDevice.Obstacle is not null)
            GpuWatch.Begin(rank: 0).ShouldBeNull();
    }
}
