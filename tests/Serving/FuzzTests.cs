using System.Net;
using System.Text;

namespace DaprHep.Serving.Tests;

/// <summary>Bodies that somebody has damaged: every one gets an answer that says so, and the service goes on.</summary>
public sealed class FuzzTests
{
    private const int Bodies = 20_000;
    private const int Clients = 4;

    [Theory]
    [InlineData("hlf", 11)]
    [InlineData("sequence", 12)]
    public async Task Damaged_JSON_is_refused_and_never_an_error_of_the_service(string kind, int seed)
    {
        RawEvents events = ModelFolder.Events.Select(3, 700);
        RawEvents few = events with { Offsets = [0, 2, 4], Particles = events.Particles[..(4 * 19)] };
        byte[] whole = Encoding.UTF8.GetBytes(Server.BodyOf(few, particles: true, id: i => i).ToJsonString());
        await RunAsync(kind, "application/json", [whole], seed, Bodies / 2);
    }

    [Theory]
    [InlineData("hlf", 21)]
    [InlineData("sequence", 22)]
    public async Task Damaged_Arrow_streams_are_refused_and_never_an_error_of_the_service(string kind, int seed)
    {
        RawEvents events = ModelFolder.Events.Select(3, 700);
        RawEvents few = events with { Offsets = [0, 2, 4], Particles = events.Particles[..(4 * 19)] };
        await RunAsync(kind, ArrowBody.ContentType, [ArrowBody.Of(few), ArrowBody.Of(few, batch: 1)], seed, Bodies / 2);
    }

    private static async Task RunAsync(string kind, string type, byte[][] seeds, int seed, int bodies)
    {
        using var folder = new ModelFolder(kind);
        await using Server server = await Server.StartAsync(folder.Path);
        int accepted = 0, refused = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var random = new Random((seed * 100) + client);
            for (int i = 0; i < bodies / Clients; i++)
            {
                byte[] body = Damage(seeds[random.Next(seeds.Length)], random);
                try
                {
                    (HttpStatusCode status, byte[] answer) = await ArrowBody.PostAsync(server.Http, kind, body, type);
                    ((int)status).ShouldBeOneOf(200, 400, 413, 422);
                    answer.ShouldNotBeEmpty();
                    Interlocked.Increment(ref status == HttpStatusCode.OK ? ref accepted : ref refused);
                }
                catch (Exception e) when (e is not ShouldAssertException)
                {
                    throw new InvalidOperationException($"no answer to {Convert.ToBase64String(body)}", e);
                }
            }
        })));
        (accepted + refused).ShouldBe(bodies);
        refused.ShouldBeGreaterThan(bodies / 4);
        (HttpStatusCode after, _) = await ArrowBody.PostAsync(server.Http, kind, seeds[0], type);
        after.ShouldBe(HttpStatusCode.OK);
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] body = [.. whole];
        for (int change = random.Next(1, 5); change > 0 && body.Length > 0; change--)
        {
            int at = random.Next(body.Length), length = random.Next(1, 1 + Math.Min(16, body.Length - at));
            switch (random.Next(7))
            {
                case 0:
                    body[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    body[at] = (byte)random.Next(256);
                    break;
                case 2:
                    body = body[..at];
                    break;
                case 3:
                    body = [.. body[..at], .. body[(at + length)..]];
                    break;
                case 4:
                    body = [.. body[..(at + length)], .. body[at..]];
                    break;
                case 5:
                    body.AsSpan(at, length).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xff);
                    break;
                default:
                    byte[] token = Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]);
                    body = [.. body[..at], .. token, .. body[at..]];
                    break;
            }
        }
        return body;
    }

    private static readonly string[] Tokens =
    [
        "[", "]", "{", "}", ",", ":", "null", "true", "1e999", "-0", "\"", "\\u0000",
        "\"hlf\":", "\"particles\":[", "\"id\":18446744073709551616,", "NaN", "  ",
    ];
}
