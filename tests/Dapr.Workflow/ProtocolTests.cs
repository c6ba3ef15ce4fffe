using DaprHep.WorkflowProtocol;
using Google.Protobuf;

namespace Dapr.Workflow.Tests;

public class ProtocolTests
{
    [Fact]
    public void Every_captured_message_is_decoded_without_unknown_fields_and_encoded_unchanged()
    {
        var seen = 0;
        foreach (var message in CapturedTraffic.Scenarios().SelectMany(CapturedTraffic.Read))
        {
            if (message.Type.StartsWith('/'))
                continue; // a method the runtime does not know
            var parser = CapturedTraffic.ParserOf(message.Type);
            parser.ShouldNotBeNull($"{message.Scenario}:{message.Line} {message.Type}");
            if (message.Scenario == "errors" && !Parses(parser, message.Bytes))
                continue; // deliberately malformed bytes

            // The runtime writes fields in another order, so the encoding is compared by length and by what it decodes to.
            var encoded = parser.WithDiscardUnknownFields(true).ParseFrom(message.Bytes).ToByteArray();
            encoded.Length.ShouldBe(message.Bytes.Length, $"{message.Scenario}:{message.Line} {message.Type}");
            parser.ParseFrom(encoded).ShouldBe(parser.ParseFrom(message.Bytes));
            seen++;
        }

        seen.ShouldBeGreaterThan(CapturedTraffic.HasRuntime ? 2000 : 100);
    }

    // Written by hand from the field table: number, wire type, value.
    [Theory]
    [InlineData("12130A057468696E672801520C2200", false)]
    [InlineData("0A0B0A02693112001A0022030A0120", false)]
    public void Cut_off_bytes_are_refused(string hex, bool _) =>
        Should.Throw<InvalidProtocolBufferException>(() => WorkItem.Parser.ParseFrom(Convert.FromHexString(hex)));

    [Fact]
    public void An_activity_request_has_the_field_numbers_of_the_runtime()
    {
        // workItem.activityRequest(2) { name(1)="add", input(3){value(1)="1"}, workflowInstance(4){instanceId(1)="i"}, taskId(5)=7,
        // taskExecutionId(7)="x" }
        var bytes = Convert.FromHexString("1214" + "0A03616464" + "1A030A0131" + "22030A0169" + "2807" + "3A0178");
        var request = WorkItem.Parser.ParseFrom(bytes).ActivityRequest;
        request.Name.ShouldBe("add");
        request.Input.ShouldBe("1");
        request.WorkflowInstance.InstanceId.ShouldBe("i");
        request.TaskId.ShouldBe(7);
        request.TaskExecutionId.ShouldBe("x");
        new WorkItem { ActivityRequest = request }.ToByteArray().ShouldBe(bytes);
    }

    [Fact]
    public void An_action_has_the_field_numbers_of_the_runtime()
    {
        // workflowAction { id(1)=3, createTimer(4){ fireAt(1){seconds(1)=5}, externalEvent(4){name(1)="go"} }, router(9){
        // targetAppID(2)="t" } }
        var bytes = Convert.FromHexString("0803" + "220A" + "0A020805" + "22040A02676F" + "4A03120174");
        var action = WorkflowAction.Parser.ParseFrom(bytes);
        action.Id.ShouldBe(3);
        action.CreateTimer.FireAt.Seconds.ShouldBe(5);
        action.CreateTimer.ExternalEvent.Name.ShouldBe("go");
        action.Router.TargetAppID.ShouldBe("t");
        action.ToByteArray().ShouldBe(bytes);
    }

    [Fact]
    public void Status_texts_survive_the_header_encoding()
    {
        foreach (var text in new[] { "plain", "100 % sure", "naïve ☃", "line\nbreak", "" })
        {
            var header = GrpcStatusText.Encode(text);
            header.ShouldAllBe(c => c >= ' ' && c <= '~');
            GrpcStatusText.Decode(header).ShouldBe(text);
        }
    }

    [Fact]
    public async Task A_frame_over_the_limit_is_refused_before_anything_is_allocated_for_it()
    {
        using var stream = new MemoryStream([0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3]);
        var error = await Should.ThrowAsync<GrpcFrameException>(async () =>
            await GrpcFrame.ReadAsync(stream, GrpcFrame.DefaultLimit, default));
        error.TooLarge.ShouldBeTrue();
        error.Message.ShouldContain("2147483647 vs. 4194304");
    }

    [Fact]
    public async Task A_cut_off_frame_is_refused()
    {
        using var stream = new MemoryStream([0, 0, 0, 0, 9, 1, 2]);
        var error = await Should.ThrowAsync<GrpcFrameException>(async () =>
            await GrpcFrame.ReadAsync(stream, GrpcFrame.DefaultLimit, default));
        error.Message.ShouldContain("after 2 of 9 bytes");
    }

    private static bool Parses(MessageParser parser, byte[] bytes)
    {
        try
        {
            parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
