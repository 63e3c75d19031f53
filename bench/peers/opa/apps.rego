# What the Cedar policies of bench/data say, in Rego, for a peer of bench/cedar.
# data.entities: by uid, its attributes and all that it is in.
package apps

import rego.v1

within(a, b) if a == b

within(a, b) if data.entities[a].above[b]

attrs(uid) := data.entities[uid].attrs

# ----------------------------------------------------------------------------
default tinytodo := false

tinytodo if {
	input.action in {"CreateList", "GetLists"}
	input.resource == "Application::TinyTodo"
}

tinytodo if attrs(input.resource).owner == input.principal

tinytodo if {
	input.action == "GetList"
	within(input.principal, attrs(input.resource).readers)
}

tinytodo if {
	input.action in {"GetList", "UpdateList", "CreateTask", "UpdateTask", "DeleteTask"}
	within(input.principal, attrs(input.resource).editors)
}

# ----------------------------------------------------------------------------
default gdrive := false

gdrive if {
	input.action == "read"
	within(input.resource, attrs(input.principal).documentsAndFoldersWithViewAccess)
}

gdrive if {
	input.action == "read"
	attrs(input.resource).isPublic
}

gdrive if {
	input.action in {"read", "write", "share"}
	some owned in attrs(input.principal).ownedDocuments
	within(input.resource, owned)
}

gdrive if {
	input.action in {"read", "write", "share"}
	some owned in attrs(input.principal).ownedFolders
	within(input.resource, owned)
}

gdrive if {
	input.action == "changeOwner"
	input.resource in attrs(input.principal).ownedDocuments
}

gdrive if {
	input.action == "createDocument"
	input.resource in attrs(input.principal).ownedFolders
}

# ----------------------------------------------------------------------------
default github := false

grants := {
	"read": "readers",
	"triage": "triagers",
	"write": "writers",
	"maintain": "maintainers",
	"admin": "admins",
}

github if within(input.principal, attrs(input.resource)[grants[input.action]])

github if {
	input.action in {"read", "write", "admin"}
	within(input.principal, attrs(attrs(input.resource).owner)[grants[input.action]])
}
