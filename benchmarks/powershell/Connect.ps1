# Connects PbxEvents to the server of the benchmarks, which plays RingCentral. Dot-sourced by the contestants.
param([int] $Port, [int] $BufferSize = 10000)

# A user may ask for few tokens a minute, and all processes of this machine keep to that.
$jwt = [System.Net.NetworkCredential]::new('', "jwt $(New-Guid)").SecurePassword
$app = [pscredential]::new('app', $jwt)
Connect-PbxEvents RingCentral -Server "http://127.0.0.1:$Port" -ClientCredential $app -Jwt $jwt -BufferSize $BufferSize
