using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace PbxEvents.Simulator.Scenarios;

/// <summary>Ids derived from a seed, a number and a key: no state, so the order of asking does not matter.</summary>
/// <param name="Seed">The simulator's seed.</param>
/// <param name="Number">Whose ids they are: a call's number; 0 for the simulator itself.</param>
internal sealed record SimulatedIds(int Seed, int Number)
{
    /// <summary>Hexadecimal digits, lower case.</summary>
    /// <param name="key">What they are for.</param>
    /// <param name="length">How many, up to 64.</param>
    /// <returns>The digits.</returns>
    public string Hex(string key, int length) => Convert.ToHexString(Hash(key))[..length].ToLowerInvariant();

    /// <summary>Decimal digits; the first is not 0.</summary>
    /// <param name="key">What they are for.</param>
    /// <param name="length">How many, up to 18.</param>
    /// <returns>The digits.</returns>
    public string Digits(string key, int length)
    {
        var text = new BigInteger(Hash(key), isUnsigned: true).ToString(CultureInfo.InvariantCulture);
        return $"{(char)('1' + (text[^1] - '0') % 9)}{text[..(length - 1)]}";
    }

    private byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed}/{Number}/{key}"));
}
