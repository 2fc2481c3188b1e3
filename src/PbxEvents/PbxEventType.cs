namespace PbxEvents;

/// <summary>One row of a platform's event catalogue.</summary>
/// <param name="Provider">The platform.</param>
/// <param name="Topic">The platform's stream that brings it: what to give to <c>-Topic</c>.</param>
/// <param name="Name">The platform's name of the event.</param>
/// <param name="Category">The category it gets here.</param>
/// <param name="Description">What it means.</param>
public sealed record PbxEventType(string Provider, string Topic, string Name, PbxCategory Category, string Description)
{
    /// <summary>The platform's grouping; null where it has none.</summary>
    public string? Group { get; init; }

    /// <summary>The permission that a credential needs for it; null when not known.</summary>
    public string? Permission { get; init; }

    /// <summary>The subscription category that brings it (<c>-Category</c>); null when only <c>-Topic</c> does.</summary>
    public PbxSubscriptionType? Subscription { get; init; }

    /// <summary>False when the platform documents no stream that brings the event.</summary>
    public bool IsOffered { get; init; } = true;

    /// <summary>
    /// What to give to <c>Register-PbxSubscription</c> to get it: <c>-Category Call</c>, else <c>-Topic CALL</c>; null when
    /// <see cref="IsOffered"/> is false.
    /// </summary>
    public string? SubscribeWith => !IsOffered ? null : Subscription is { } type ? $"-Category {type}" : $"-Topic '{Topic}'";

    /// <summary>The fields of its payload.</summary>
    public IReadOnlyList<PbxEventField> Fields { get; init; } = [];

    /// <summary>Which versions of the platform send it, and other remarks; null when there are none.</summary>
    public string? Note { get; init; }
}
