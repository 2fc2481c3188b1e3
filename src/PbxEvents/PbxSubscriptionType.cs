namespace PbxEvents;

/// <summary>What can be subscribed to, in one vocabulary for all platforms.</summary>
public enum PbxSubscriptionType
{
    /// <summary>Calls and their legs.</summary>
    Call,

    /// <summary>Callers in queues.</summary>
    Queue,

    /// <summary>Agents: login, availability, membership.</summary>
    Agent,

    /// <summary>Presence of people and extensions.</summary>
    Presence,

    /// <summary>Voicemail.</summary>
    Voicemail,

    /// <summary>Registrations of phones and trunks.</summary>
    Registration,

    /// <summary>Call detail records.</summary>
    Cdr,

    /// <summary>Changes of settings.</summary>
    Config,

    /// <summary>Text messages, chat and fax.</summary>
    Message,
}
