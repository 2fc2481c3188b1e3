namespace PbxEvents.Module.Actions;

/// <summary>What an action finds in <c>$EventArgs</c>, and every <c>PbxEvents.*</c> engine event carries.</summary>
/// <param name="connection">The connection.</param>
/// <param name="pbxEvent">The event; null when the module itself fell behind and only the gap is to be told.</param>
/// <param name="gap">The gap; null as a rule.</param>
public sealed class PbxEventArgs(PbxConnection connection, PbxEvent? pbxEvent, PbxGap? gap) : EventArgs
{
    /// <summary>The connection.</summary>
    public PbxConnection Connection { get; } = connection;

    /// <summary>The event; null on a <c>PbxEvents.Gap</c> that tells of a listener that was too slow.</summary>
    public PbxEvent? Event { get; } = pbxEvent;

    /// <summary>The call as it stood after the event; null when the event is not about a tracked call.</summary>
    public PbxCall? Call => Event?.Call;

    /// <summary>The gap, on <c>PbxEvents.Gap</c>.</summary>
    public PbxGap? Gap { get; } = gap;
}
