namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A fact that needs a Request Tracker; left out with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequestTrackerFactAttribute : FactAttribute
{
    /// <param name="needsPwsh">True when it needs a PowerShell and the assembled module too.</param>
    public RequestTrackerFactAttribute(bool needsPwsh = false) => Skip = RequestTrackerServer.WhyMissing ?? (needsPwsh ? PwshHost.WhyMissing : null);
}
