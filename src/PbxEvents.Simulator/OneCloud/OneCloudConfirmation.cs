namespace PbxEvents.Simulator.OneCloud;

/// <summary>The ways in which OneCloud may confirm a subscription (onecloud.md section 3).</summary>
[Flags]
public enum OneCloudConfirmation
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>The event <c>status</c> with the text that names the stream.</summary>
    Status = 1,

    /// <summary>The event <c>subscribed</c>, which names nothing.</summary>
    Subscribed = 2,

    /// <summary>The event <c>ack</c>, which names nothing.</summary>
    Ack = 4,

    /// <summary>A Socket.IO acknowledgement, when the client waits for one.</summary>
    Callback = 8,
}
