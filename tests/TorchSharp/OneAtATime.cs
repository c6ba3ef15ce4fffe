// The seed and the number of threads belong to the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
