namespace PbxEvents.Notify;

/// <summary>Reads addresses to which names and numbers of callers are sent, and with them what is as good as a password.</summary>
internal static class HttpAddress
{
    /// <summary>Reads one.</summary>
    /// <param name="text">The address.</param>
    /// <param name="option">The option that it was given by.</param>
    /// <param name="whose">Whose it is, as in "the webhook".</param>
    /// <param name="advice">Where the right one is found.</param>
    /// <exception cref="PbxException">It is none, or what is sent there would be readable on the way.</exception>
    public static Uri Read(string text, string option, string whose, string advice)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            throw NotifyFaults.Option(option, $"The address for {whose} is not a web address.", advice);
        if (uri.Scheme == "http" && !uri.IsLoopback)
        {
            throw NotifyFaults.Option(option, $"The address for {whose} begins with http://: the data and what gives access would be sent unencrypted.",
                "Give an address with https://. Without TLS only addresses of this machine are allowed.");
        }
        return uri;
    }
}
