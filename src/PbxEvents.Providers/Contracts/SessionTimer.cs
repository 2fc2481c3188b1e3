namespace PbxEvents.Providers.Contracts;

/// <summary>A timer of a session; see <see cref="ISessionHost.NewTimer"/>. Loop only. One that is not set costs nothing.</summary>
internal abstract class SessionTimer
{
    /// <summary>True from <see cref="Set"/> until it elapses or is cancelled.</summary>
    public abstract bool IsSet { get; }

    /// <summary>Sets it; when it is set already, anew.</summary>
    /// <param name="delay">From now.</param>
    public abstract void Set(TimeSpan delay);

    /// <summary>Cancels it; nothing happens when it is not set. A tick that is already on its way is not delivered.</summary>
    public abstract void Cancel();
}
