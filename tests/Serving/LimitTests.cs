using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Hosting;

namespace DaprHep.Serving.Tests;

/// <summary>Who asks for too much is told so at once, and who asks for little is answered meanwhile.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Bodies_events_and_particles_over_the_limits_are_refused_by_name()
    {
        using ModelFolder flat = new("hlf"), deep = new("sequence");
        await using Server server = await Server.StartAsync(flat.Path, ("Serving:MostJsonBytes", "20000"), ("Serving:MostEvents", "10"));
        (HttpStatusCode status, JsonNode problem) = await server.PredictAsync("hlf", Server.BodyOf(ModelFolder.Events.Select(new int[11])));
        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        problem["errors"]!["$.events"]![0]!.GetValue<string>().ShouldContain("at most 10 events");
        (status, _) = await server.PredictAsync("hlf", Server.BodyOf(ModelFolder.Events.Select(new int[10])));
        status.ShouldBe(HttpStatusCode.OK);
        (status, problem) = await server.PredictAsync("hlf", new string(' ', 30_000));
        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge, problem.ToJsonString());

        await using Server second = await Server.StartAsync(deep.Path);
        string row = $"[{string.Join(',', Enumerable.Repeat(1, 19))}]";
        string rows = string.Join(',', Enumerable.Repeat(row, 802));
        (status, problem) = await second.PredictAsync("sequence", $$"""{"events":[{"particles":[{{rows}}]}]}""");
        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        problem["errors"]!["$.events[0].particles"]![0]!.GetValue<string>().ShouldContain("at most 801 particles");
    }

    [Fact]
    public async Task A_value_without_end_is_refused_before_it_takes_memory_or_time()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        string body = $$"""{"events":[{"hlf":[{{new string('1', 20 << 20)}}]}]}""";
        long started = Environment.TickCount64;
        (HttpStatusCode status, JsonNode problem) = await server.PredictAsync("hlf", body);
        status.ShouldBe(HttpStatusCode.BadRequest, problem.ToJsonString());
        problem["detail"]!.GetValue<string>().ShouldContain("longer than 65536 characters");
        (Environment.TickCount64 - started).ShouldBeLessThan(20_000);
    }

    [Fact]
    public async Task More_requests_than_allowed_are_refused_while_those_under_way_go_on()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path, ("Serving:MostRequests", "3"));
        // Of four that begin at a time, one is refused, and the others hold the places.
        List<(Socket Socket, Task<string> Answer)> begun = [];
        for (int i = 0; i < 4; i++)
        {
            Socket socket = await BeginAsync(server);
            begun.Add((socket, ReceiveAsync(socket)));
        }
        Task<string> refused = await Task.WhenAny(begun.Select(one => one.Answer));
        (await refused).ShouldStartWith("HTTP/1.1 429");
        begun.Count(one => one.Answer.IsCompleted).ShouldBe(1);
        JsonObject body = Server.BodyOf(ModelFolder.Events.Select(1));
        (await server.PredictAsync("hlf", body)).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        (Socket one, Task<string> answer) = begun.First(one => !one.Answer.IsCompleted);
        await one.SendAsync(Encoding.ASCII.GetBytes(body.ToJsonString()[1..]));
        (await answer).ShouldStartWith("HTTP/1.1 200");
        await WaitAsync(async () => (await server.PredictAsync("hlf", body)).Status == HttpStatusCode.OK);
        begun.ForEach(one => one.Socket.Dispose());
        await Task.WhenAll(begun.Select(one => one.Answer)).ContinueWith(_ => { }, TaskScheduler.Default);

        async Task<Socket> BeginAsync(Server to)
        {
            string text = Server.BodyOf(ModelFolder.Events.Select(1)).ToJsonString();
            Socket socket = await ConnectAsync(to);
            await socket.SendAsync(Encoding.ASCII.GetBytes(HeadOf(text.Length) + text[..1]));
            return socket;
        }
    }

    [Fact]
    public async Task A_client_that_sends_drop_by_drop_is_let_go_and_others_do_not_notice()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path, ("Serving:MostSeconds", "2"));
        using Socket slow = await ConnectAsync(server);
        await slow.SendAsync(Encoding.ASCII.GetBytes(HeadOf(1_000_000)));
        using var stop = new CancellationTokenSource();
        Task drops = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await slow.SendAsync(" "u8.ToArray(), stop.Token);
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    return;
                }
                await Task.Delay(50);
            }
        });
        Task<string> answer = ReceiveAsync(slow);
        JsonObject body = Server.BodyOf(ModelFolder.Events.Select(1));
        while (!answer.IsCompleted)
            (await server.PredictAsync("hlf", body)).Status.ShouldBe(HttpStatusCode.OK);
        (await answer).ShouldStartWith("HTTP/1.1 408");
        await stop.CancelAsync();
        await drops;
    }

    [Fact]
    public async Task A_thousand_idle_connections_are_no_burden()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        JsonObject body = Server.BodyOf(ModelFolder.Events.Select(1));
        (await server.PredictAsync("hlf", body)).Status.ShouldBe(HttpStatusCode.OK);
        var idle = new List<Socket>();
        try
        {
            for (int i = 0; i < 1000; i++)
                idle.Add(await ConnectAsync(server));
            for (int i = 0; i < 50; i++)
                (await server.PredictAsync("hlf", body)).Status.ShouldBe(HttpStatusCode.OK);
            string text = body.ToJsonString();
            byte[] request = Encoding.ASCII.GetBytes(HeadOf(text.Length) + text);
            foreach (Socket socket in idle.Where((_, i) => i % 100 == 0))
            {
                await socket.SendAsync(request);
                (await ReceiveAsync(socket)).ShouldStartWith("HTTP/1.1 200");
            }
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData("Serving:MostEvents", "0")]
    [InlineData("Serving:MostEvents", "many")]
    public async Task A_limit_that_is_none_is_named_at_the_start(string key, string value)
    {
        using var folder = new ModelFolder();
        var problem = await Should.ThrowAsync<BadInputException>(() => Server.StartAsync(folder.Path, (key, value)));
        problem.Message.ShouldContain("MostEvents");
    }

    private static string HeadOf(int length) =>
        $"POST /v1/models/hlf/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n";

    private static async Task<Socket> ConnectAsync(Server server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        return socket;
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        using var limit = new CancellationTokenSource(Patience.Limit);
        int read = await socket.ReceiveAsync(buffer, limit.Token);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    private static async Task WaitAsync(Func<Task<bool>> reached)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!await reached())
            await Task.Delay(20, limit.Token);
    }
}
