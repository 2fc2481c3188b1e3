namespace PbxEvents;

/// <summary>A ticket system, by the form of its requests.</summary>
public enum PbxDesk
{
    /// <summary>Any web service that takes JSON and honours <c>Idempotency-Key</c>.</summary>
    Rest,

    /// <summary>Request Tracker 5, REST 2.0.</summary>
    RequestTracker,

    /// <summary>Jira Cloud and Data Center, REST API 2.</summary>
    Jira,

    /// <summary>ServiceNow, incidents by the Table API.</summary>
    ServiceNow,

    /// <summary>Zendesk Support, API v2.</summary>
    Zendesk,

    /// <summary>Freshdesk, API v2.</summary>
    Freshdesk,

    /// <summary>Zammad, API v1.</summary>
    Zammad,

    /// <summary>osTicket: it makes tickets and does nothing else.</summary>
    OsTicket,
}
