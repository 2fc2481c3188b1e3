using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>Makes desks of each kind.</summary>
internal static class Desks
{
    /// <summary>Makes one. Nothing is asked yet.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="access">Where it is, and what opens it.</param>
    /// <param name="http">Sends the requests.</param>
    public static TicketDesk Make(PbxDesk kind, DeskAccess access, IHttpClient http) => kind switch
    {
        PbxDesk.RequestTracker => new RequestTrackerDesk(access, http),
        PbxDesk.Jira => new JiraDesk(access, http),
        PbxDesk.ServiceNow => new ServiceNowDesk(access, http),
        PbxDesk.Zendesk => new ZendeskDesk(access, http),
        PbxDesk.Freshdesk => new FreshdeskDesk(access, http),
        PbxDesk.Zammad => new ZammadDesk(access, http),
        PbxDesk.OsTicket => new OsTicketDesk(access, http),
        _ => new RestDesk(access, http),
    };
}
