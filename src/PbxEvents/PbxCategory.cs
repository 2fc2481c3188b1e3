namespace PbxEvents;

/// <summary>What an event is about; one vocabulary for all platforms.</summary>
public enum PbxCategory : byte
{
    /// <summary>The platform sent something that no catalogue names. It is passed through with its payload intact.</summary>
    Unknown,

    /// <summary>A call or one of its legs changed.</summary>
    Call,

    /// <summary>A caller entered or left a queue, or a queue changed.</summary>
    Queue,

    /// <summary>An agent's state or queue membership changed.</summary>
    Agent,

    /// <summary>The presence of a person or an extension changed.</summary>
    Presence,

    /// <summary>A voicemail was left, heard or removed.</summary>
    Voicemail,

    /// <summary>A text message, chat message or fax.</summary>
    Message,

    /// <summary>A phone or a trunk registered, unregistered, or failed to.</summary>
    Registration,

    /// <summary>A call detail record: the platform's final report of a call.</summary>
    Cdr,

    /// <summary>A call recording started, ended or changed.</summary>
    Recording,

    /// <summary>Somebody entered or left a conference.</summary>
    Conference,

    /// <summary>Settings of the PBX changed.</summary>
    Config,

    /// <summary>The PBX reports about itself.</summary>
    System,

    /// <summary>PbxEvents reports about the connection: state changes, gaps, unreadable frames.</summary>
    Connection,
}
