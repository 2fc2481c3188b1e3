namespace PbxEvents.Simulator;

/// <summary>What an entry of a simulator's log records.</summary>
public enum SimulatorLogKind
{
    /// <summary>An event of the platform was made, and sent to the links that were subscribed.</summary>
    Event,

    /// <summary>A client's link is open.</summary>
    Connected,

    /// <summary>A client's link is gone.</summary>
    Disconnected,

    /// <summary>A connection was refused before it could say anything.</summary>
    Refused,

    /// <summary>A client proved who it is: a token was given out, or accepted.</summary>
    Authenticated,

    /// <summary>A credential or token was not accepted.</summary>
    AuthenticationRefused,

    /// <summary>A subscription was taken and confirmed.</summary>
    Subscribed,

    /// <summary>A subscription was not taken: refused, or met with silence.</summary>
    SubscribeRefused,

    /// <summary>A subscription ended.</summary>
    Unsubscribed,

    /// <summary>A client asked for something over its link: a request, a reply, a REST call over the socket.</summary>
    Request,

    /// <summary>An HTTP request and the status of its answer.</summary>
    Http,

    /// <summary>A fault was injected.</summary>
    Fault,

    /// <summary>The server came up or went down.</summary>
    Server,

    /// <summary>A client sent something that the platform has no answer for.</summary>
    Unexpected,
}
