namespace DaprHep.Cli.Stack;

/// <summary>
/// Components and configuration for daprd on one machine. Where a Redis answers at its usual port, the stack's own components are used;
/// else a folder is made with SQLite for state and a broker in memory, whose messages stay within one daprd: progress of other processes
/// is then not seen, results are the same.
/// </summary>
/// <param name="Folder">Folder of the components.</param>
/// <param name="Configuration">File of the configuration.</param>
internal sealed record DaprResources(string Folder, string Configuration)
{
    private const int RedisPort = 6379;

    /// <summary>Prepares them.</summary>
    /// <param name="components">The stack's own components.</param>
    /// <param name="data">Folder of the stack's data.</param>
    public static DaprResources Prepare(string components, string data)
    {
        string folder = Path.Combine(Path.GetFullPath(data), "dapr");
        Directory.CreateDirectory(folder);
        string configuration = Path.Combine(folder, "configuration.yaml");
        File.WriteAllText(configuration, ConfigurationIn(folder));
        if (FreePorts.Answers(RedisPort) && Directory.Exists(components))
            return new DaprResources(Path.GetFullPath(components), configuration);

        string made = Path.Combine(folder, "resources");
        Directory.CreateDirectory(made);
        File.WriteAllText(Path.Combine(made, "statestore.yaml"), $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: statestore
            spec:
              type: state.sqlite
              version: v1
              metadata:
                - name: connectionString
                  value: "{Path.Combine(folder, "state.db")}"
                - name: busyTimeout
                  value: 30s
                - name: keyPrefix
                  value: name
                - name: actorStateStore
                  value: "true"

            """);
        File.WriteAllText(Path.Combine(made, "pubsub.yaml"), """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: pubsub
            spec:
              type: pubsub.in-memory
              version: v1
              metadata: []

            """);
        return new DaprResources(made, configuration);
    }

    // Names are resolved through a file, because the standard way asks the whole network.
    private static string ConfigurationIn(string folder) => $"""
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: daprhep
        spec:
          nameResolution:
            component: sqlite
            version: v1
            configuration:
              connectionString: "{Path.Combine(folder, "names.db")}"
        {Tracing()}
        """;

    private static string Tracing()
    {
        if (!Uri.TryCreate(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"), UriKind.Absolute, out Uri? collector))
            return "";
        bool http = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL")?.StartsWith("http", StringComparison.Ordinal) == true;
        return $"""
              tracing:
                samplingRate: "1"
                otel:
                  endpointAddress: "{collector.Authority}"
                  isSecure: {(collector.Scheme == "https" ? "true" : "false")}
                  protocol: {(http ? "http" : "grpc")}

            """;
    }
}
