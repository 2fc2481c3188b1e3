namespace PbxEvents;

/// <summary>The state of a subscription.</summary>
public enum PbxSubscriptionState
{
    /// <summary>Not yet confirmed by the platform.</summary>
    Pending,

    /// <summary>Confirmed by the platform.</summary>
    Active,

    /// <summary>Refused, or not confirmed in the platform's documented time.</summary>
    Rejected,

    /// <summary>Ended by the user or with its connection.</summary>
    Cancelled,
}
