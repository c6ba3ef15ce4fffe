namespace DaprHep.Topology;

/// <summary>Waits for tasks together.</summary>
internal static class FailFast
{
    /// <summary>
    /// The results in the order of the tasks, or the first failure as soon as there is one: one bad file of thousands ends a run at once.
    /// </summary>
    public static async Task<T[]> WhenAll<T>(IEnumerable<Task<T>> tasks)
    {
        var failed = new TaskCompletionSource<T[]>();
        Task<T[]> all = Task.WhenAll(tasks.Select(WatchAsync));
        return await await Task.WhenAny(all, failed.Task);

        async Task<T> WatchAsync(Task<T> task)
        {
            try
            {
                return await task;
            }
            catch (Exception e)
            {
                failed.TrySetException(e);
                throw;
            }
        }
    }
}
