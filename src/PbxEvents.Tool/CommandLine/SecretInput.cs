using System.Security;

namespace PbxEvents.Tool.CommandLine;

/// <summary>Reads secrets from where other users of the machine cannot see them; a process's arguments they can.</summary>
internal static class SecretInput
{
    /// <summary>The variable that may hold the password.</summary>
    public const string PasswordVariable = "PBXEVENTS_PASSWORD";

    /// <summary>The variable that may hold the token.</summary>
    public const string TokenVariable = "PBXEVENTS_TOKEN";

    /// <summary>The variable that may hold the client application's secret.</summary>
    public const string ClientSecretVariable = "PBXEVENTS_CLIENT_SECRET";

    /// <summary>The variable that may hold the JWT credential.</summary>
    public const string JwtVariable = "PBXEVENTS_JWT";

    /// <summary>From the variable, or null.</summary>
    public static Secret? Find(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? new Secret(value) : null;

    /// <summary>From the variable, else a line of standard input: typed unseen at a terminal, else piped.</summary>
    /// <exception cref="UsageException">Neither has one.</exception>
    public static async Task<Secret> ReadAsync(string what, string variable, CancellationToken cancellationToken)
    {
        if (Find(variable) is { } secret)
            return secret;
        if (!Console.IsInputRedirected)
            // On a thread of its own: nothing ends the console's own wait for a key.
            return await Task.Run(() => Type(what), CancellationToken.None).WaitAsync(cancellationToken);
        return await InputLine.ReadAsync(cancellationToken) is { Length: > 0 } line
            ? new Secret(line)
            : throw new UsageException($"There is no {what.ToLowerInvariant()}: neither in {variable} nor on standard input.", "listen ");
    }

    private static Secret Type(string what)
    {
        Console.Error.Write($"{what}: ");
        using var typed = new SecureString();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key != ConsoleKey.Backspace && key.KeyChar >= ' ')
                typed.AppendChar(key.KeyChar);
            else if (key.Key == ConsoleKey.Backspace && typed.Length > 0)
                typed.RemoveAt(typed.Length - 1);
        }
        Console.Error.WriteLine();
        return new Secret(typed);
    }
}
