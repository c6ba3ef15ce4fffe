using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Http;
using DaprHep.Serving.Http.Json;

namespace DaprHep.Serving.Tests;

/// <summary>The quick way of reading a body accepts nothing but what the other accepts, and finds the same in it.</summary>
public sealed class UsualEventsTests
{
    private const int Bodies = 20_000;
    private static readonly ServingLimits Limits = new() { MostEvents = 20 };

    [Theory]
    [InlineData("hlf")]
    [InlineData("sequence")]
    [InlineData("inclusive")]
    public void Usual_bodies_are_read_to_the_same_bits(string kind)
    {
        using var folder = new ModelFolder(kind);
        JsonObject body = Server.BodyOf(ModelFolder.Events.Select([.. Enumerable.Range(0, 20).Select(i => i * 40)]), particles: true, id: i => i switch
        {
            0 => ulong.MaxValue / 2,
            1 => "0012",
            2 => null,
            _ => i,
        });
        foreach (string text in (string[])[body.ToJsonString(), body.ToJsonString(new() { WriteIndented = true }), $"\r\n\t {body.ToJsonString()} \n"])
            IsSame(text, folder.Predictor).ShouldBeTrue();
        IsSame("""{"events":[]}""", folder.Predictor).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"events":[{"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14],"particles":[[],{},null]}]}""")]
    [InlineData("""{"events":[{"hlf":{"HT":1}}]}""")]
    [InlineData("""{"events":[{"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,1e10]}]}""")]
    [InlineData("""{"events":[{"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]},]}""")]
    [InlineData("""{"events":[{"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14],}]}""")]
    [InlineData("""{"events":[{"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}]}}""")]
    [InlineData("""{"events":[{"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}]""")]
    [InlineData("""{"events":[{"id":01,"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}]}""")]
    [InlineData("""{"events":[{"id":1.0,"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}]}""")]
    [InlineData("""{"events":[{"id":1,"id":1,"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}]}""")]
    [InlineData("""{"events":[{}]}""")]
    [InlineData("""{"events":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}""")]
    [InlineData("")]
    public void What_is_unusual_is_left_to_the_reader_that_says_what_is_wrong(string text)
    {
        using var folder = new ModelFolder();
        IsSame(text, folder.Predictor).ShouldBeFalse();
    }

    [Theory]
    [InlineData("hlf")]
    [InlineData("inclusive")]
    public void A_changed_body_is_never_accepted_where_the_other_refuses_it_nor_read_otherwise(string kind)
    {
        using var folder = new ModelFolder(kind);
        byte[] usual = Encoding.UTF8.GetBytes(Server.BodyOf(ModelFolder.Events.Select(1), particles: true, id: i => i).ToJsonString());
        // The beginning of the features and the end of everything, where the structure is.
        byte[] body = [.. usual.AsSpan(0, 300), .. usual.AsSpan(usual.Length - 60)];
        int end = usual.AsSpan().IndexOf("\"particles\""u8);
        byte[][] bases = [usual[..Math.Min(usual.Length, end + 700)], [.. usual.AsSpan(0, end), .. "\"particles\":[["u8, .. RowOf(usual), .. "]]}]}"u8], body];
        var random = new Random(5);
        const string Alphabet = "0123456789.-+eE,:[]{}\" \nidhlfx\0";
        (int accepted, int refused) = (0, 0);
        for (int i = 0; i < Bodies; i++)
        {
            byte[] changed = [.. bases[i % bases.Length]];
            for (int k = random.Next(0, 3); k > 0; k--)
            {
                int at = random.Next(changed.Length);
                switch (random.Next(3))
                {
                    case 0: changed[at] = (byte)Alphabet[random.Next(Alphabet.Length)]; break;
                    case 1: changed = [.. changed[..at], (byte)Alphabet[random.Next(Alphabet.Length)], .. changed[at..]]; break;
                    default: changed = [.. changed[..at], .. changed[Math.Min(changed.Length, at + random.Next(1, 4))..]]; break;
                }
            }
            if (IsSame(changed, folder.Predictor))
                accepted++;
            else
                refused++;
        }
        accepted.ShouldBeGreaterThan(Bodies / 20);
        refused.ShouldBeGreaterThan(Bodies / 20);
    }

    private static byte[] RowOf(byte[] body)
    {
        int first = body.AsSpan().IndexOf("\"particles\":[["u8) + "\"particles\":[["u8.Length;
        return body[first..(first + body.AsSpan(first).IndexOf((byte)']'))];
    }

    private static bool IsSame(string text, Predictor predictor) => IsSame(Encoding.UTF8.GetBytes(text), predictor);

    /// <summary>Reads a body both ways; what the quick one accepts must be what the other finds.</summary>
    /// <returns>Whether it was accepted.</returns>
    private static bool IsSame(byte[] text, Predictor predictor)
    {
        var budget = new MemoryBudget(new ServingLimits());
        EventBuffer quick = budget.Rent(), other = budget.Rent();
        byte[] padded = [.. text, .. new byte[FloatText.Slack]];
        if (!UsualEvents.TryRead(padded, quick, Limits.MostEvents, predictor))
            return false;
        new EventsReader(other, Limits, predictor).Read(text);
        quick.Count.ShouldBe(other.Count);
        Bits(quick.Hlf).ShouldBe(Bits(other.Hlf));
        Bits(quick.Particles).ShouldBe(Bits(other.Particles));
        if (other.Count > 0)
            quick.Offsets.ToArray().ShouldBe(other.Offsets.ToArray());
        quick.Ids.ToArray().ShouldBe(other.Ids.ToArray());
        quick.Forms.ToArray().ShouldBe(other.Forms.ToArray());
        return true;

        static int[] Bits(Span<float> values) => MemoryMarshal.Cast<float, int>(values).ToArray();
    }
}
