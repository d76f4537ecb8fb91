"""The resources of the API: one class for each, in a module of its own.

Each name is imported on first use (PEP 562).
"""

from typing import Final

from aion._lazy import exports

_NAMES: Final = {
    "aion.resources.agent_operations": "AgentOperationsResource",
    "aion.resources.agent_search": "AgentSearchResource",
    "aion.resources.audit": "AuditResource",
    "aion.resources.batch": "BatchResource",
    "aion.resources.chat": "ChatResource",
    "aion.resources.cloud_storage": "CloudStorageResource",
    "aion.resources.colors": "ColorsResource",
    "aion.resources.describe": "DescribeResource",
    "aion.resources.documents": "DocumentsResource",
    "aion.resources.files": "FilesResource",
    "aion.resources.folders": "FoldersResource",
    "aion.resources.links": "LinksResource",
    "aion.resources.settings": "SettingsResource",
    "aion.resources.tenant": "TenantResource",
    "aion.resources.upload": "UploadResource",
    "aion.resources.verify": "VerifyResource",
    "aion.resources.video_analysis": "VideoAnalysisResource",
    "aion.resources.video_scenes": "VideoScenesResource",
    "aion.resources.video_uploads": "VideoUploadsResource",
}

__getattr__, __dir__ = exports(__name__, _NAMES)
