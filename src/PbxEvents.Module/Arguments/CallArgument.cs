namespace PbxEvents.Module.Arguments;

/// <summary>What <c>-Call</c> takes: a call, or its id. PowerShell makes one of either by itself. Immutable.</summary>
public sealed class CallArgument
{
    /// <summary>Takes the call of that id.</summary>
    /// <param name="callId">The id.</param>
    public CallArgument(string callId)
    {
        ArgumentException.ThrowIfNullOrEmpty(callId);
        CallId = callId;
    }

    /// <summary>Takes that call.</summary>
    /// <param name="call">The call, in whatever state it was seen.</param>
    public CallArgument(PbxCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        CallId = call.CallId;
    }

    /// <summary>The call's id.</summary>
    public string CallId { get; }

    /// <summary>The id.</summary>
    /// <returns><see cref="CallId"/>.</returns>
    public override string ToString() => CallId;
}
